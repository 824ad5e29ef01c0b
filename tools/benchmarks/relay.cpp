// The limit of the machine: a single thread that moves bytes from publishers to the subscribers of their group and
// knows no protocol. A connection's first five bytes say what it is: 'P' or 'S', and its group (u32, big-endian). Each
// turn reads every readable socket once, then writes each touched one once, as a broker would at its best.
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

struct peer {
    int fd = -1;
    char role = 0;
    std::uint32_t group = 0;
    std::string tag, out;
    bool dirty = false, waits = false;
};

class relay {
  public:
    explicit relay(std::uint16_t port)
        : epoll_(::epoll_create1(0)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 4096) != 0) {
            std::perror("nightjar-relay");
            std::exit(1);
        }
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
    }

    void turn() {
        std::array<epoll_event, 512> events;
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            auto* p = static_cast<peer*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (p == nullptr) {
                accept_all();
            } else if (p->fd >= 0) {
                if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) touch(*p);
                if ((events[static_cast<std::size_t>(i)].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(*p);
            }
        }
        for (auto* p : dirty_) flush(*p);
        dirty_.clear();
    }

  private:
    void watch(int operation, int fd, std::uint32_t what, peer* p) {
        epoll_event e{};
        e.events = what;
        e.data.ptr = p;
        ::epoll_ctl(epoll_, operation, fd, &e);
    }

    void accept_all() {
        for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            peers_.push_back(std::make_unique<peer>());
            peers_.back()->fd = fd;
            watch(EPOLL_CTL_ADD, fd, EPOLLIN, peers_.back().get());
        }
    }

    void read(peer& p) {
        const auto size = ::recv(p.fd, buffer_.data(), buffer_.size(), 0);
        if (size <= 0) {
            if (size < 0 && errno == EAGAIN) return;
            std::erase(groups_[p.group], &p);
            ::close(p.fd);
            p.fd = -1;
            return;
        }
        const char* data = buffer_.data();
        auto left = static_cast<std::size_t>(size);
        while (p.tag.size() < 5 && left > 0) {
            p.tag += *data++;
            if (--left, p.tag.size() == 5) introduce(p);
        }
        if (p.role != 'P' || left == 0) return;
        for (auto* s : groups_[p.group]) {
            s->out.append(data, left);
            touch(*s);
        }
    }

    void introduce(peer& p) {
        p.role = p.tag[0];
        for (std::size_t i = 1; i < 5; ++i) p.group = p.group << 8 | static_cast<unsigned char>(p.tag[i]);
        if (p.role == 'S') groups_[p.group].push_back(&p);
        p.out += 'K'; // "I know you": the generator waits for it
        touch(p);
    }

    void touch(peer& p) {
        if (p.dirty) return;
        p.dirty = true;
        dirty_.push_back(&p);
    }

    void flush(peer& p) {
        p.dirty = false;
        if (p.fd < 0 || p.out.empty()) return;
        const auto size = ::send(p.fd, p.out.data(), p.out.size(), MSG_NOSIGNAL);
        if (size > 0) p.out.erase(0, static_cast<std::size_t>(size));
        const bool waits = !p.out.empty();
        if (waits != p.waits) {
            p.waits = waits;
            watch(EPOLL_CTL_MOD, p.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, &p);
        }
    }

    int epoll_, listener_;
    std::array<char, 262'144> buffer_;
    std::vector<std::unique_ptr<peer>> peers_;
    std::unordered_map<std::uint32_t, std::vector<peer*>> groups_;
    std::vector<peer*> dirty_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: nightjar-relay PORT\n");
        return 2;
    }
    const auto r = std::make_unique<relay>(static_cast<std::uint16_t>(std::atoi(argv[1])));
    for (;;) r->turn();
}
