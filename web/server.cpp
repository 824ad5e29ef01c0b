#include "web/server.hpp"

#include "broker/net/acceptor.hpp"
#include "web/application.hpp"
#include "web/connection.hpp"
#include "web/sites.hpp"

#include <algorithm>
#include <list>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <pthread.h>

namespace nightjar::web {

namespace asio = boost::asio;

class server::implementation {
  public:
    implementation(const config::configuration& conf, admin::administrator& admin, const tables& stored,
                   log::logger& log, std::filesystem::path page_directory, const server_options& options,
                   const net::tls_listeners* tls)
        : conf_(conf), log_(log), tls_(tls), page_directory_(std::move(page_directory)), options_(options),
          application_(conf, admin, stored, log, options_,
                       [this](const config::listener& listener) -> const static_table& { return sites_.of(listener); }),
          shared_{application_, admin, log, options_, conf} {}

    void bind();
    void start();
    void post(std::function<void()> what) { asio::post(context_, std::move(what)); }
    void stop();
    const std::vector<bound_address>& addresses() const { return addresses_; }

  private:
    using connections = std::list<connection*>;

    void open(const config::listener& listener);
    void accept(const net::acceptor& from, net::arrival who);
    bool make_room();
    asio::awaitable<void> serve(std::unique_ptr<connection> client);
    void serve_until_stopped();
    void begin_to_stop();

    const config::configuration& conf_;
    log::logger& log_;
    const net::tls_listeners* const tls_; // may be null
    const std::filesystem::path page_directory_;
    const server_options options_;
    sites sites_;
    application application_;
    connection_context shared_;
    std::vector<bound_address> addresses_;
    bool full_ = false;       // said in the log
    connections connections_; // in order of arrival; outlives the io_context, whose coroutines hold places in it
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()}; // also without listeners
    asio::steady_timer grace_{context_};
    std::vector<net::acceptor_ptr> acceptors_;
    std::thread thread_;
};

void server::implementation::bind() {
    bool page_needed = false;
    for (const auto& listener : conf_.listeners) {
        if (listener.protocol == config::listener_protocol::mqtt) continue;
        if (speaks_tls(listener) && (tls_ == nullptr || !tls_->of(listener)))
            throw std::runtime_error(fmt::format("port {} has no certificate", listener.port)); // never in plain text
        sites_.read_directory_of(listener, log_);
        page_needed = page_needed || listener.http_dir.empty();
        open(listener);
    }
    if (page_needed) sites_.read_page(page_directory_, log_);
}

void server::implementation::open(const config::listener& listener) {
    for (auto& opened : net::open_acceptors(context_, listener, conf_, log_)) {
        addresses_.push_back({&listener, opened->place().address, opened->place().port});
        acceptors_.push_back(std::move(opened));
    }
}

void server::implementation::start() {
    for (const auto& acceptor : acceptors_)
        acceptor->start([this, &from = *acceptor](net::arrival who) { accept(from, std::move(who)); });
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "nj-web");
        serve_until_stopped();
    });
}

// Returns when there is nothing left to wait for, or the grace is over. One connection's fault is not the
// server's.
void server::implementation::serve_until_stopped() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& fault) {
            log_.error("Error: HTTP: {}", fault.what());
        }
    }
}

// When all places are taken, whoever has waited longest between two requests makes room.
bool server::implementation::make_room() {
    if (connections_.size() < options_.max_connections) {
        full_ = false;
        return true;
    }
    const auto idle = std::find_if(connections_.begin(), connections_.end(), [](connection* c) { return c->idle(); });
    if (idle != connections_.end()) {
        (*idle)->close();
        return true;
    }
    if (!std::exchange(full_, true))
        log_.warning("Warning: {} HTTP connections are open, new ones are closed.", connections_.size());
    return false;
}

void server::implementation::accept(const net::acceptor& from, net::arrival who) {
    if (!make_room()) return;
    const auto& listener = from.settings();
    auto socket = net::make_stream_socket(context_, std::move(who.socket));
    const auto tls = tls_ == nullptr ? nullptr : tls_->of(listener);
    auto session = tls ? std::make_unique<net::tls_session>(*tls, socket.native_handle()) : nullptr;
    // A browser may be led there by a foreign name; to a proxy's connection, or a unix domain socket, it has no way.
    const bool reached_from_here = from.place().loopback && listener.proxy_protocol == 0;
    auto client = std::make_unique<connection>(shared_, net::secure_socket(std::move(socket), std::move(session)),
                                               std::move(who), listener, reached_from_here);
    asio::co_spawn(context_, serve(std::move(client)), asio::detached);
}

asio::awaitable<void> server::implementation::serve(std::unique_ptr<connection> client) {
    struct place {
        connections& all;
        connections::iterator at;
        ~place() { all.erase(at); }
    };
    {
        const place held{connections_, connections_.insert(connections_.end(), client.get())};
        try {
            co_await client->run();
        } catch (const std::exception& fault) {
            log_.error("Error: HTTP connection: {}", fault.what());
        }
    }
    if (shared_.stopping && connections_.empty()) grace_.cancel(); // that was the last
}

void server::implementation::stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] { begin_to_stop(); });
    thread_.join();
}

void server::implementation::begin_to_stop() {
    shared_.stopping = true;
    work_.reset();
    for (const auto& acceptor : acceptors_) acceptor->stop();
    for (auto* client : connections_)
        if (client->idle()) client->close();
    if (connections_.empty()) return;
    grace_.expires_after(options_.stop_grace);
    grace_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) context_.stop();
    });
}

server::server(const config::configuration& conf, admin::administrator& admin, const tables& stored, log::logger& log,
               std::filesystem::path page_directory, const server_options& options, const net::tls_listeners* tls)
    : self_(std::make_unique<implementation>(conf, admin, stored, log, std::move(page_directory), options, tls)) {}

server::~server() { stop(); }
void server::bind() { self_->bind(); }
const std::vector<bound_address>& server::addresses() const { return self_->addresses(); }
void server::start() { self_->start(); }
void server::post(std::function<void()> what) { self_->post(std::move(what)); }
void server::stop() { self_->stop(); }

} // namespace nightjar::web
