// Boost.JSON's parser with exact numbers: Boost 1.81 reads about one in ten numbers of 14 and more digits one unit off
// in the last place, and a stored value is to be the one that was sent. Pure.
#pragma once

#include <string_view>

#include <boost/json/error.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

namespace nightjar::text {

// The whole text is one JSON document, nested at most 32 deep; else `error` is set and the result is null. What is made
// lives in `memory`.
boost::json::value parse_json(std::string_view text, boost::json::error_code& error,
                              boost::json::storage_ptr memory = {});

} // namespace nightjar::text
