// Topic levels as numbers. A trie edge is then (node, number): levels are hashed once for each topic, not once for
// each node. Counted, so that names nobody uses any more go. Not thread-safe: its trie's lock covers it.
#pragma once

#include "broker/codec/types.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::topics {

using level_number = std::uint32_t;
inline constexpr level_number no_level = 0; // never given to a name
// The wildcards of filters have numbers of their own; a topic's level never gets one.
inline constexpr level_number plus_level = 1, hash_level = 2;

class level_names {
  public:
    level_number find(codec::bytes level) const; // no_level when unknown
    level_number acquire(codec::bytes level);    // one use more
    void release(level_number level);            // one use less
    codec::bytes name(level_number level) const;
    std::size_t size() const { return numbers_.size(); }

  private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct entry {
        std::string text;
        std::uint32_t uses = 0;
    };
    static constexpr level_number first = 3; // behind the wildcards

    // The views point into entries_, whose strings must therefore stay where they are: hence the pointers.
    boost::unordered_flat_map<std::string_view, level_number, text_hash, std::equal_to<>> numbers_;
    std::vector<std::unique_ptr<entry>> entries_; // by number, from `first`
    std::vector<level_number> unused_;
};

} // namespace nightjar::topics
