#include "web/entity_tag.hpp"

#include "web/header_value.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace nightjar::web {

std::string entity_tag_of(std::string_view content, std::string_view suffix) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return fmt::format("\"{:016x}-{:x}{}\"", hash, content.size(), suffix);
}

void tag(response& answer, const request& what, const std::string& tag) {
    answer.fields.emplace_back("ETag", tag);
    if (!names_entity_tag(what.if_none_match, tag)) return;
    answer.status = 304;
    answer.content_type.clear();
    answer.body.clear();
    answer.shared_body = {};
}

handler revalidated(handler handle) {
    return [handle = std::move(handle)](const request& what) -> answer {
        auto result = co_await handle(what);
        if (result.status != 200 || result.stream) co_return result;
        result.fields.emplace_back("Cache-Control", "private, no-cache");
        const auto now = entity_tag_of(result.content());
        tag(result, what, now);
        co_return result;
    };
}

} // namespace nightjar::web
