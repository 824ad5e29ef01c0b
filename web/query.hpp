// The parameters of a query string. Owns its text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightjar::web {

class query_parameters {
  public:
    // Nothing if a name or value is ill-formed.
    static std::optional<query_parameters> parse(std::string_view raw);

    // The first one of that name; a name without '=' has an empty value.
    std::optional<std::string_view> find(std::string_view name) const;

    // Encoded again, with `name` set to `value` (once, at the end) and everything else kept.
    std::string with(std::string_view name, std::string_view value) const;

  private:
    std::vector<std::pair<std::string, std::string>> items_;
};

} // namespace nightjar::web
