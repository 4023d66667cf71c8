// RFC 6962 section 2.1, written down as it is defined: slow, recursive, and without a line of the
// code under test. Also the entries of the 70,000-entry vectors.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/hash.h"

namespace reference {

using crypto::Hash;

inline Hash leaf(const std::string& entry) { return crypto::sha256(std::string(1, '\0') + entry); }

inline Hash node(const Hash& left, const Hash& right) {
  return crypto::sha256(std::string(1, '\1') + std::string(left.view()) +
                        std::string(right.view()));
}

inline std::size_t split(std::size_t count) {
  std::size_t k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

// MTH(D[n])
inline Hash root(std::span<const Hash> leaves) {
  if (leaves.empty()) return crypto::sha256("");
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split(leaves.size());
  return node(root(leaves.first(k)), root(leaves.subspan(k)));
}

// PATH(m, D[n])
inline std::vector<Hash> path(std::size_t m, std::span<const Hash> leaves) {
  if (leaves.size() <= 1) return {};
  const std::size_t k = split(leaves.size());
  std::vector<Hash> proof;
  if (m < k) {
    proof = path(m, leaves.first(k));
    proof.push_back(root(leaves.subspan(k)));
  } else {
    proof = path(m - k, leaves.subspan(k));
    proof.push_back(root(leaves.first(k)));
  }
  return proof;
}

// SUBPROOF(m, D[n], b)
inline std::vector<Hash> subproof(std::size_t m, std::span<const Hash> leaves, bool complete) {
  if (m == leaves.size()) return complete ? std::vector<Hash>{} : std::vector<Hash>{root(leaves)};
  const std::size_t k = split(leaves.size());
  std::vector<Hash> proof;
  if (m <= k) {
    proof = subproof(m, leaves.first(k), complete);
    proof.push_back(root(leaves.subspan(k)));
  } else {
    proof = subproof(m - k, leaves.subspan(k), false);
    proof.push_back(root(leaves.first(k)));
  }
  return proof;
}

inline std::string vector_entry(std::size_t i) {
  return "{\"rec\":" + std::to_string(i) + ",\"t\":\"cert\"}";
}

inline std::vector<Hash> vector_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf(vector_entry(i)));
  return leaves;
}

}  // namespace reference
