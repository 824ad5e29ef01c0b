// The password and ACL files of a configuration, read and checked as a whole: for --test-config, at start and on
// reload.
#pragma once

#include "broker/plugins/acl_file/acl.hpp"
#include "broker/plugins/password_file/password_file.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace nightjar::plugins::access_control {

// Constant once made; any thread may read it.
struct realm_files {
    std::shared_ptr<const password_file::password_table> passwords; // null: no password_file
    std::shared_ptr<const acl_file::acl> acl;                       // null: no acl_file, so everything is allowed
    std::string acl_path;
};

struct files {
    std::vector<realm_files> realms; // the configuration's; with per_listener_settings by config::listener::realm
    bool per_listener = false;
    bool any_passwords = false, any_acl = false;
    bool deny_subscribe = false; // acl_deny_subscribe

    const realm_files& of(unsigned realm) const {
        if (!per_listener) return realms[0];
        return realm < realms.size() ? realms[realm] : nobody;
    }
    realm_files nobody; // of a listener that is gone: no password is right, nothing is allowed

    // The same for a broker that runs: listener n of the configuration has the realm places[n] + 1 there.
    files placed(const std::vector<std::size_t>& places) const;
};

// Findings are appended; if one of them is an error, the files must not be used. Reads nothing twice.
std::shared_ptr<const files> read_files(const config::configuration& conf, std::vector<config::finding>& findings);

} // namespace nightjar::plugins::access_control
