// The built-in plugin that tells who comes and who goes, with `presence_events true`:
//
//   $SYS/broker/clients/ID/connected     {"client_id":...,"username":...,"address":...,"port":...,"listener":...,
//                                         "protocol_version":...,"clean_start":...,"keepalive":...,"time":...}
//   $SYS/broker/clients/ID/disconnected  {"client_id":...,"username":...,"address":...,"port":...,"listener":...,
//                                         "time":...,"reason":...}
//
// QoS 1, not retained. A client that is taken over by another connection goes and comes. ID is one level whatever the
// client calls itself: see topic_level(); the payload has the id as it is. What a process has not lived to say, that
// its clients are gone, is not said by the next.
#pragma once

#include "broker/plugin/plugin.hpp"

#include <string>

namespace nightjar::plugins::presence {

namespace api = nightjar::plugin;

// A client id as one level of a topic name: '/', '+', '#' and '%' as %2F, %2B, %23 and %25; of an id that is too long
// the beginning, with "%~" behind it, which no other id can give.
std::string topic_level(std::string_view client_id);

class presence final : public api::plugin {
  public:
    explicit presence(const bool& wanted) : wanted_(wanted) {} // changes on reload only

    std::string_view name() const override { return "presence"; }
    std::uint8_t hooks() const override { return wanted_ ? std::uint8_t{} | api::hook::presence : std::uint8_t{}; }
    void on_presence(api::host& on, const api::presence_event& event) override;

  private:
    const bool& wanted_;
};

} // namespace nightjar::plugins::presence
