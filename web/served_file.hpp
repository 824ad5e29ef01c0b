// Bytes that are served as they are: with an entity tag, and compressed to who takes that. Constant once made.
#pragma once

#include "web/request.hpp"

#include <string>
#include <string_view>

namespace nightjar::web {

class served_file {
  public:
    served_file(std::string bytes, std::string_view content_type);

    void join(served_file gzip); // the same, compressed

    response serve(const request& what) const; // 200 or 304; points here

  private:
    std::string bytes_, gzip_; // gzip: empty if there is none
    std::string content_type_;
    std::string entity_tag_, gzip_entity_tag_; // by content, with their quotes
};

} // namespace nightjar::web
