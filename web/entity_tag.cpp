#include "web/entity_tag.hpp"

#include "web/header_value.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

constexpr const char* cache_control = "private, no-cache";

std::string_view link_of(const response& answer) {
    const auto& fields = answer.fields;
    const auto found = std::find_if(fields.begin(), fields.end(), [](const auto& f) { return f.first == "Link"; });
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

} // namespace

std::string entity_tag_of(std::initializer_list<std::string_view> parts, std::string_view suffix) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    std::size_t size = 0;
    for (const auto part : parts) {
        size += part.size();
        for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return fmt::format("\"{:016x}-{:x}{}\"", hash, size, suffix);
}

response not_modified(std::string tag, std::string cache_control) {
    response answer;
    answer.status = 304;
    answer.fields = {{"Cache-Control", std::move(cache_control)}, {"ETag", std::move(tag)}};
    return answer;
}

handler revalidated(handler handle) {
    return [handle = std::move(handle)](const request& what) -> answer {
        auto result = co_await handle(what);
        if (result.status != 200 || result.stream) co_return result;
        auto tag = entity_tag_of({result.content(), link_of(result)});
        if (names_entity_tag(what.if_none_match, tag)) co_return not_modified(std::move(tag), cache_control);
        result.fields.emplace_back("Cache-Control", cache_control);
        result.fields.emplace_back("ETag", std::move(tag));
        co_return result;
    };
}

} // namespace nightjar::web
