// What was built: filled in by tools/cli/write_version.cmake at every build.
#pragma once

#include <string_view>

namespace tools {

extern const std::string_view kBuildVersion;  // "0.1.0"
extern const std::string_view kBuildCommit;  // "28948bf", with "+" if files were changed; "unknown"
extern const std::string_view kBuildType;    // "Release"

}  // namespace tools
