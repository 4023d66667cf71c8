// What tests look at and change in homes and backups, and what a refusal of the node's program
// looks like.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tests/cluster/process.h"

namespace tests {

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view contents);
void flip_byte(const std::filesystem::path& path, std::size_t offset);

// Name, mode and contents of everything in a folder; empty when it is not there.
std::map<std::string, std::string> image_of(const std::filesystem::path& folder);

// The last two lines: what, with its code, and how to mend it. The store may have spoken before.
void expect_refused(const Ended& ended, const std::string& code, int exit_code);

}  // namespace tests
