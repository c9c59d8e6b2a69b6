#include "pipeline/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace marquee {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};

// Answers one request on a loopback port of its own with fixed bytes, or never when they are empty.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (!answer.empty())
      thread_ = std::jthread([this, answer = std::move(answer)] { serve(answer); });
  }
  OneAnswer(const OneAnswer&) = delete;
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    ::close(socket_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/reload"; }
  const std::string& request() {
    thread_.join();
    return request_;
  }

 private:
  void serve(const std::string& answer) {
    const int connection = ::accept(socket_, nullptr, nullptr);
    char buffer[4096];
    request_.assign(buffer, static_cast<std::size_t>(
                                std::max<ssize_t>(0, ::read(connection, buffer, sizeof buffer))));
    EXPECT_EQ(::write(connection, answer.data(), answer.size()),
              static_cast<ssize_t>(answer.size()));
    ::close(connection);
  }
  int socket_;
  int port_ = 0;
  std::string request_;
  std::jthread thread_;
};

TEST(HttpClient, GivesStatusAndBody) {
  OneAnswer server("HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
  const auto answer = http_post(server.url(), "{}", kPatience);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 409);
  EXPECT_EQ(answer->body, "no");
  EXPECT_EQ(server.request().find("POST /reload HTTP/1.1\r\n"), 0u) << server.request();
}

TEST(HttpClient, NobodyThereIsUnavailable) {
  std::string url;
  {
    OneAnswer server("");
    url = server.url();
  }
  const auto answer = http_post(url, "", kPatience);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(answer.error().mend.empty());
}

TEST(HttpClient, SilenceAndRubbishAreFailuresNotAbsence) {
  OneAnswer silent("");
  const auto late = http_get(silent.url(), std::chrono::milliseconds(100));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kIo);
  OneAnswer rubbish("SSH-2.0-OpenSSH\r\n");
  const auto other = http_get(rubbish.url(), kPatience);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kIo);
}

TEST(HttpClient, ReachesTheServerFromThisMachine) {
  EXPECT_EQ(server_url({.host = "127.0.0.1", .port = 8082}), "http://127.0.0.1:8082");
  EXPECT_EQ(server_url({.host = "0.0.0.0", .port = 80}), "http://127.0.0.1:80");
  EXPECT_EQ(server_url({.host = "::", .port = 80}), "http://[::1]:80");
  EXPECT_EQ(server_url({.host = "fe80::1", .port = 80}), "http://[fe80::1]:80");
}

}  // namespace
}  // namespace marquee
