#include "tests/cluster/home_files.h"

#include <fstream>

#include "crypto/hash.h"

namespace tests {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

void flip_byte(const fs::path& path, std::size_t offset) {
  std::string contents = read_file(path);
  contents.at(offset) = static_cast<char>(contents.at(offset) ^ 0x40);
  write_file(path, contents);
}

// Name, mode and contents of everything in a folder; empty when it is not there.
std::map<std::string, std::string> image_of(const fs::path& folder) {
  std::map<std::string, std::string> image;
  if (!fs::exists(folder)) return image;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string text = std::to_string(static_cast<unsigned>(entry.status().permissions()));
    if (entry.is_regular_file()) text += " " + crypto::sha256(read_file(entry.path())).hex();
    image[fs::relative(entry.path(), folder)] = text;
  }
  image["."] = std::to_string(static_cast<unsigned>(fs::status(folder).permissions()));
  return image;
}

void expect_refused(const Ended& ended, const std::string& code, int exit_code) {
  EXPECT_EQ(ended.code, exit_code) << ended.errors;
  EXPECT_EQ(ended.output, "");
  const std::size_t complaint = ended.errors.rfind("greenledgerd: ");
  ASSERT_NE(complaint, std::string::npos) << ended.errors;
  const std::string lines = ended.errors.substr(complaint);
  const std::string end_of_first = " (" + code + ")\n  ";
  const std::size_t second = lines.find(end_of_first);
  ASSERT_NE(second, std::string::npos) << ended.errors;
  EXPECT_EQ(lines.find('\n', second + end_of_first.size()), lines.size() - 1) << ended.errors;
}

}  // namespace tests
