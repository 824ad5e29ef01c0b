// Walks the pages of LMDB's file (format of 0.9) without LMDB, which trusts them: a wrong page number or offset would
// end the process, or let the next commit overwrite what is in use. Says nothing about the records; their checksums do.
//
//   page    number u64, pad u16, kind u16, then lower u16 and upper u16, or the count of overflow pages u32
//   tree    branch and leaf pages: after those 16 bytes, offsets u16 of the nodes, as many as (lower - 16) / 2
//   node    low u16, high u16, flags u16, key size u16, key; in a branch the first 48 bits are the page below;
//           in a leaf the first 32 are the size of the value, which follows or (flag 1) lies in overflow pages
//           whose first follows; flag 2: the value describes another tree
//   meta    pages 0 and 1 in turn: after 16 bytes magic u32, version u32, address u64, map size u64, the trees
//           of the free pages and of the tables (48 bytes each), last page u64, transaction u64
//   free    key transaction u64; value count u64 and as many page numbers, the largest first; pages behind the
//           end of the file, up to the last page, are all among them
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace nightjar::storage {

inline constexpr std::uintmax_t small_store = 64U << 20; // bytes; up to here a start reads everything

enum class page_depth { branches, leaves }; // leaves: every page is read

// What is wrong, the first finding; empty if nothing is. Nobody writes to the file. Throws std::system_error if it
// cannot be read.
std::string check_pages(const std::filesystem::path& file, page_depth depth);

} // namespace nightjar::storage
