#include "broker/plugins/access_control/files.hpp"

#include "broker/plugins/acl_file/acl_file.hpp"

#include <map>

namespace nightjar::plugins::access_control {

namespace {

using findings = std::vector<config::finding>;

// A file's findings carry its own lines; which line of the conf named it matters if the file as such is the trouble.
void append(findings& to, findings&& more, const config::origin& named_at) {
    for (auto& f : more) {
        if (f.where.line == 0 && !named_at.file.empty()) f.where = named_at;
        to.push_back(std::move(f));
    }
}

class reader {
  public:
    reader(const config::configuration& conf, findings& out) : conf_(conf), out_(out) {}

    realm_files read(const config::security& of) {
        return {of.password_file.empty() ? nullptr : passwords(of), of.acl_file.empty() ? nullptr : acl(of),
                of.acl_file};
    }

  private:
    // Root reads it now, the user it becomes reads it on reload.
    password_file::file_reader later_reader() const {
        const auto reader = ::geteuid() == 0 ? config::first_user(conf_.user, password_file::user_named) : std::nullopt;
        return reader ? *reader : password_file::this_process();
    }
    std::shared_ptr<const password_file::password_table> passwords(const config::security& of) {
        auto& known = passwords_[of.password_file];
        if (known) return known;
        auto loaded = password_file::read_password_file(of.password_file, later_reader());
        append(out_, std::move(loaded.findings), of.password_where);
        return known = std::make_shared<const password_file::password_table>(std::move(loaded.table));
    }

    std::shared_ptr<const acl_file::acl> acl(const config::security& of) {
        auto& known = acls_[of.acl_file];
        if (known) return known;
        auto loaded = acl_file::read_acl_file(of.acl_file);
        append(out_, std::move(loaded.findings), of.acl_where);
        return known = std::move(loaded.rules);
    }

    const config::configuration& conf_;
    findings& out_;
    std::map<std::string, std::shared_ptr<const password_file::password_table>> passwords_; // by path
    std::map<std::string, std::shared_ptr<const acl_file::acl>> acls_;
};

} // namespace

files files::placed(const std::vector<std::size_t>& places) const {
    auto result = *this;
    if (!per_listener) return result;
    result.realms.resize(1);
    for (std::size_t n = 0; n < places.size(); ++n) {
        const auto realm = places[n] + 1;
        if (result.realms.size() <= realm) result.realms.resize(realm + 1, nobody);
        result.realms[realm] = realms[n + 1];
    }
    return result;
}

std::shared_ptr<const files> read_files(const config::configuration& conf, findings& out) {
    auto result = std::make_shared<files>();
    result->nobody = {std::make_shared<const password_file::password_table>(),
                      std::make_shared<const acl_file::acl>(std::vector<acl_file::rule>{}),
                      {}};
    result->deny_subscribe = conf.acl_deny_subscribe;
    result->per_listener = conf.per_listener_settings;
    reader in(conf, out);
    result->realms.push_back(in.read(conf.security));
    if (conf.per_listener_settings)
        for (const auto& l : conf.listeners) result->realms.push_back(in.read(l.security));
    for (const auto& r : result->realms) {
        result->any_passwords = result->any_passwords || r.passwords;
        result->any_acl = result->any_acl || r.acl;
    }
    return result;
}

} // namespace nightjar::plugins::access_control
