// The built-in plugin for users and rights: password_file and acl_file, for all listeners or for each
// (per_listener_settings). As mosquitto does it, but: passwords are checked off the workers, and who guesses is slowed.
//
// A client without a user name is not judged here: allow_anonymous decides. Without an acl_file everything is allowed.
#pragma once

#include "broker/log/logger.hpp"
#include "broker/plugin/plugin.hpp"
#include "broker/plugins/access_control/files.hpp"
#include "broker/plugins/access_control/login_guard.hpp"
#include "broker/plugins/access_control/verifier.hpp"

#include <atomic>
#include <memory>

namespace nightjar::plugins::access_control {

namespace api = nightjar::plugin;

class access_control final : public api::plugin {
  public:
    access_control(std::shared_ptr<const files> read, log::logger& log);

    std::string_view name() const override { return "access"; }
    std::uint8_t hooks() const override;

    api::connect_verdict on_connect(api::host&, const api::client&, const codec::connect&) override;
    api::access_verdict on_access(api::host&, const api::client&, api::access, api::bytes topic) override;
    api::access_verdict on_subscribe(api::host&, const api::client&, api::bytes filter, codec::qos) override;
    api::connect_verdict keeps(api::host&, const api::client&) override;

    std::optional<api::explanation> explain(const api::client&, api::question, api::bytes topic) const override;

    // New files from now on; any thread. Workers must forget what they remember afterwards.
    void replace(std::shared_ptr<const files> read);
    void stop_threads(); // before the workers go

    // The same questions, asked from outside the workers: REST. Any thread.
    // Nothing: only find_out() tells.
    std::optional<api::connect_verdict> known(const api::client& who, std::string_view password);
    // `answer` is called at once or on a thread of the verifier; never after stop_threads().
    using answer = std::function<void(api::connect_verdict)>;
    void find_out(const api::client& who, std::string_view password, answer tell);
    api::access_verdict check(const api::client& who, api::access what, api::bytes topic) const;

  private:
    std::atomic<std::shared_ptr<const files>> files_;
    std::atomic<std::shared_ptr<const files>> before_; // the last reload, for keeps()
    log::logger& log_;
    login_guard guard_;
    verifier verifier_; // last: its threads use the others
};

} // namespace nightjar::plugins::access_control
