// Entity tags of answers whose whole body is at hand (RFC 9110 section 8.8.3).
#pragma once

#include "web/router.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace nightjar::web {

// With its quotes; of all the parts: FNV-1a, which tells versions apart, nothing more. `suffix`: of another encoding.
std::string entity_tag_of(std::initializer_list<std::string_view> parts, std::string_view suffix = {});

// 304, which says nothing but the fields that a cache needs.
response not_modified(std::string tag, std::string cache_control);

// The same handler for what pages ask for again and again: its 200s have the tag of their body (and of the Link to the
// next page), are kept by the one client that asked, and are asked for again each time.
handler revalidated(handler handle);

} // namespace nightjar::web
