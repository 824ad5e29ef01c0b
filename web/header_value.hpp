// What stands in header fields: token lists, entity tags, codings. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace nightjar::web {

bool equals_ignoring_case(std::string_view a, std::string_view b);

// The elements of a comma-separated list, white space around them removed, empty ones left out.
std::vector<std::string_view> list_elements(std::string_view value);
bool list_contains(std::string_view value, std::string_view token); // ignoring case

// Accept-Encoding allows gzip (RFC 9110 section 12.5.3): named, or "*", and not with q=0.
bool accepts_gzip(std::string_view accept_encoding);

// If-None-Match names this entity tag (with its quotes), by weak comparison; "*" names every one.
bool names_entity_tag(std::string_view if_none_match, std::string_view entity_tag);

} // namespace nightjar::web
