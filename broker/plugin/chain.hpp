// The plugins of this broker in conf order, asked one after the other. Owns them. Built by main before any worker
// runs, unchanged afterwards, so any thread may read it.
#pragma once

#include "broker/plugin/plugin.hpp"

#include <memory>
#include <vector>

#include <boost/container/small_vector.hpp>

namespace nightjar::plugin {

// A plugin that wants publishes to a topic, with its note on that topic.
struct interested {
    plugin* who = nullptr;
    topic_tag tag = 0;
};
using interested_list = boost::container::small_vector<interested, 1>;

class chain {
  public:
    void add(std::unique_ptr<plugin> p);

    void start(host& on) const;
    void stop(host& on) const;

    // The first answer other than `pass` decides; `pass` if there is none.
    connect_verdict on_connect(host& on, const client& who, const codec::connect& packet) const;
    bool watches_presence() const; // otherwise nobody needs to be told; changes on reload only
    void on_presence(host& on, const presence_event& event) const;
    access_verdict on_subscribe(host& on, const client& who, bytes filter, codec::qos qos) const;
    access_verdict on_access(host& on, const client& who, access what, bytes topic) const;
    std::optional<explanation> explain(const client& who, question what, bytes topic) const; // the first
    bool judges_access() const; // otherwise everybody may do everything; changes on reload only
    connect_verdict keeps(host& on, const client& who) const; // as on_connect()
    void on_tick(host& on) const;
    std::optional<http_answer> on_http(const http_request& request) const;

    interested_list interested_in(bytes topic) const;
    // `denied` ends the walk; otherwise the strongest answer.
    static publish_outcome on_publish(const interested_list& plugins, host& on, const codec::publish& packet,
                                      const client& who, ingest_report* report, bool repeated = false);

  private:
    template <typename Call>
    void each(hook h, Call call) const {
        for (const auto& p : plugins_)
            if (has(p->hooks(), h)) call(*p);
    }
    std::vector<std::unique_ptr<plugin>> plugins_;
};

} // namespace nightjar::plugin
