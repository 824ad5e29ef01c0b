#include "broker/plugins/access_control/verifier.hpp"

#include <stdexcept>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace nightjar::plugins::access_control {

namespace {
constexpr int thread_count = 2; // argon2 takes 47 MB on each
constexpr int step_back = 10;   // nice value
constexpr std::size_t most_remembered = 100'000;
} // namespace

verifier::verifier() {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) throw std::runtime_error("no random bytes");
    for (int i = 0; i < thread_count; ++i) threads_.emplace_back([this] { run(); });
}

verifier::~verifier() { stop(); }

void verifier::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    more_.notify_all();
    threads_.clear();
}

void verifier::run() {
    pthread_setname_np(pthread_self(), "nj-login");
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), step_back)); // of this thread
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (waiting_.empty()) {
            more_.wait(lock);
        } else if (const auto first = waiting_.begin(); first->first > login_guard::clock::now()) {
            const auto due = first->first; // its own: another thread may take the job away meanwhile
            more_.wait_until(lock, due);
        } else {
            auto job = std::move(first->second);
            waiting_.erase(first);
            lock.unlock();
            job();
            lock.lock();
        }
    }
}

verifier::digest verifier::digest_of(const password_file::password_hash& hash, std::string_view name,
                                     std::string_view password) const {
    // Fixed sizes and one length in front: no two different triples make the same bytes.
    auto text = std::to_string(name.size()) + ':';
    text.append(name).append(reinterpret_cast<const char*>(hash.digest.data()), hash.digest.size()).append(password);
    digest out;
    unsigned size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), out.data(), &size);
    OPENSSL_cleanse(text.data(), text.size());
    return out;
}

bool verifier::remembers(const table& users, std::string_view name, std::string_view password) {
    const auto user = users->users.find(name);
    if (user == users->users.end()) return false;
    digest known;
    {
        const std::scoped_lock lock(known_);
        const auto found = right_.find(std::string(name));
        if (found == right_.end()) return false;
        known = found->second;
    }
    const auto given = digest_of(user->second, name, password);
    return CRYPTO_memcmp(known.data(), given.data(), known.size()) == 0;
}

bool verifier::find_out(const table& users, std::string_view name, std::string_view password) {
    if (remembers(users, name, password)) return true; // meanwhile
    if (!password_file::verify(*users, name, password)) return false;
    const auto d = digest_of(users->users.find(name)->second, name, password);
    const std::scoped_lock lock(known_);
    if (right_.size() >= most_remembered) right_.clear();
    right_[std::string(name)] = d;
    return true;
}

// Many may have been let through together, before the first of them was found wrong.
void verifier::look_at(question& what) {
    if (const auto may_begin = std::exchange(what.may_begin, nullptr)) {
        const auto wait = may_begin();
        if (wait && *wait > wait->zero()) return verify(std::move(what), *wait);
        if (!wait) return OPENSSL_cleanse(what.password.data(), what.password.size());
    }
    const bool right = find_out(what.users, what.name, what.password);
    OPENSSL_cleanse(what.password.data(), what.password.size());
    what.done(right);
}

void verifier::verify(question what, login_guard::clock::duration after) {
    {
        const std::scoped_lock lock(mutex_);
        waiting_.emplace(login_guard::clock::now() + after,
                         [this, what = std::move(what)]() mutable { look_at(what); });
    }
    more_.notify_one();
}

} // namespace nightjar::plugins::access_control
