// LMDB's list of the pages that nothing uses (its table 0): the next transactions write there. A wrong number in it is
// the one damage that destroys other records later, and no record's checksum sees it.
//
// A record: key  transaction that freed the pages (size_t of the machine)
//           value count, then as many page numbers, the largest first (size_t each); there may be room behind them
#pragma once

#include "storage/lmdb.hpp"

#include <string>

namespace nightjar::storage {

// What is wrong with the list; empty if nothing is. The environment is not being written. A page that is damaged as a
// whole may end the process, as everywhere in LMDB.
std::string check_free_pages(const lmdb::environment& env);

} // namespace nightjar::storage
