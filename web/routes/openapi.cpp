#include "web/openapi.hpp"

#include "web/routes/routes.hpp"
#include "web/served_file.hpp"

#include <memory>

namespace nightjar::web {

void add_openapi_route(router& routes) {
    const auto [text, gzip] = openapi_document();
    const auto file = std::make_shared<served_file>(std::string(text), "application/json");
    file->join({std::string(gzip), {}});
    routes.add("GET", "/api/v1/openapi.json", at_once([file](const request& what) {
                   auto answer = file->serve(what);
                   answer.owner = file;
                   return answer;
               }));
}

} // namespace nightjar::web
