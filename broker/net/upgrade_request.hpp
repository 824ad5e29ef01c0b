// The HTTP request that asks for a websocket, on its way from the web side to a worker.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

namespace nightjar::net {

using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

} // namespace nightjar::net
