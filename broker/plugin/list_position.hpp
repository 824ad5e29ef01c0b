// Where a page of a long list ends: lists of clients go by client id, lists of retained messages by topic, byte by
// byte. Either may have 65,535 bytes, more than a URL can hold, so only beginnings are compared; a number decides
// between equal ones. A position stays where it is when what stood there goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace nightjar::plugin {

struct list_position {
    static constexpr std::size_t compared = 512; // bytes
    static std::string_view start_of(std::string_view name) { return name.substr(0, compared); }

    std::string start;
    std::uint64_t number = 0;

    using place = std::pair<std::string_view, std::uint64_t>; // as a position, but a view; ordered
    operator place() const { return {start, number}; }
};

} // namespace nightjar::plugin
