// A real Kafka broker for a test, started by scripts/services.sh.
#pragma once

#include <filesystem>
#include <string>

namespace marquee {

class KafkaServer {
 public:
  // The broker that all tests share: of ctest's folder TEST_SERVICES, which ctest stops in
  // the end; without it, of this process. Each test takes a topic and a group of its own.
  static KafkaServer& shared();

  // One of the test's own, in a temporary folder, to be stopped and started at will.
  KafkaServer();
  // The same, not started yet: its address is known before.
  static KafkaServer not_started();
  ~KafkaServer();
  KafkaServer(const KafkaServer&) = delete;
  KafkaServer& operator=(const KafkaServer&) = delete;

  void start();   // at any time after the first on the same port, with the same data
  void stop();    // by SIGKILL, as a crash would
  void freeze();  // it answers nothing any more and keeps its connections, until stop()
  const std::string& brokers() const { return brokers_; }

 private:
  explicit KafkaServer(std::filesystem::path folder);
  explicit KafkaServer(std::uint16_t port);
  std::filesystem::path folder_;
  bool temporary_ = false;
  std::string brokers_;
};

// A name that no other test, run or process has used on the shared broker.
std::string fresh_name(const std::string& stem);

}  // namespace marquee
