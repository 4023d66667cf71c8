// Reads what lies under tests/vectors/; a missing or broken file ends the test program.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "crypto/check.h"
#include "crypto/hash.h"

namespace support {

inline std::string read_vector_file(const std::string& path) {
  std::ifstream file(std::filesystem::path(VECTORS_DIR) / path, std::ios::binary);
  CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline nlohmann::json read_vectors(const std::string& path) {
  return nlohmann::json::parse(read_vector_file(path));
}

inline crypto::Hash hash_of_hex(const nlohmann::json& hex) {
  const std::optional<crypto::Hash> hash = crypto::Hash::from_hex(hex.get<std::string>());
  CHECK(hash.has_value());
  return *hash;
}

inline std::vector<crypto::Hash> hashes_of_hex(const nlohmann::json& array) {
  std::vector<crypto::Hash> hashes;
  for (const auto& hex : array) hashes.push_back(hash_of_hex(hex));
  return hashes;
}

}  // namespace support
