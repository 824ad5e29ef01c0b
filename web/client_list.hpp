// A list of clients: what is asked for, the pages of all workers made one, and how a client is shown. Pure.
#pragma once

#include "broker/plugin/client_record.hpp"
#include "web/list_parameters.hpp"
#include "web/text.hpp"

#include <string>
#include <vector>

namespace nightjar::web {

// connected, prefix, search (or q), username, address, limit, order, after.
result<plugin::client_query> read_client_query(const list_parameters& parameters);

// In order, at most `limit`. Where one worker's page ends, the others may not go on.
plugin::client_page merge(std::vector<plugin::client_page> pages, const plugin::client_query& query);

// Where the next page begins, as the parameter "after": bounded, whatever the client's id.
std::string cursor_behind(const plugin::client_record& last);

void write_members(json_writer& out, const plugin::client_record& client);

} // namespace nightjar::web
