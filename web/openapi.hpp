// web/openapi.json, which describes every route, as it was built in.
#pragma once

#include <string_view>

namespace nightjar::web {

struct embedded_document {
    std::string_view text, gzip;
};
embedded_document openapi_document();

} // namespace nightjar::web
