#include "web/served_file.hpp"

#include "web/entity_tag.hpp"
#include "web/header_value.hpp"

#include <utility>

namespace nightjar::web {

served_file::served_file(std::string bytes, std::string_view content_type)
    : bytes_(std::move(bytes)), content_type_(content_type), entity_tag_(entity_tag_of({bytes_})) {}

void served_file::join(served_file gzip) {
    gzip_ = std::move(gzip.bytes_);
    gzip_entity_tag_ = entity_tag_of({bytes_}, "-gzip");
}

response served_file::serve(const request& what) const {
    constexpr const char* cache_control = "no-cache";
    const bool compressed = !gzip_.empty() && accepts_gzip(what.accept_encoding);
    const auto& tag = compressed ? gzip_entity_tag_ : entity_tag_;
    response answer;
    if (names_entity_tag(what.if_none_match, tag)) {
        answer = not_modified(tag, cache_control);
    } else {
        answer.content_type = content_type_;
        answer.shared_body = compressed ? gzip_ : bytes_;
        answer.fields = {{"Cache-Control", cache_control}, {"ETag", tag}};
        if (compressed) answer.fields.emplace_back("Content-Encoding", "gzip");
    }
    if (!gzip_.empty()) answer.fields.emplace_back("Vary", "Accept-Encoding");
    return answer;
}

} // namespace nightjar::web
