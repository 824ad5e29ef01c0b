// Entity tags of answers whose whole body is at hand (RFC 9110 section 8.8.3).
#pragma once

#include "web/router.hpp"

#include <string>
#include <string_view>

namespace nightjar::web {

// With its quotes; of the content: FNV-1a, which tells versions apart, nothing more. `suffix`: of another encoding.
std::string entity_tag_of(std::string_view content, std::string_view suffix = {});

// Whoever has what `tag` names already gets 304 in place of `answer`, which is a 200 with its fields.
void tag(response& answer, const request& what, const std::string& tag);

// The same handler for what pages ask for again and again: its 200s have the tag of their body, are kept by the one
// client that asked, and are asked for again each time.
handler revalidated(handler handle);

} // namespace nightjar::web
