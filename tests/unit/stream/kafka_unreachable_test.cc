// Without any broker: what is told, and how soon.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "stream/event_stream.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

TEST(KafkaWithoutABroker, SettingsThatDoNotFitAreRefusedWithoutTheSecret) {
  std::string pattern = (fs::temp_directory_path() / "kafka_unreachable.XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const fs::path folder = pattern;
  std::ofstream(folder / "password") << "planted-secret";
  Config config;
  config.stream.kind = "kafka";
  config.data_dir = folder;
  config.kafka.security_protocol = "sasl_ssl";
  config.kafka.sasl_mechanism = "PLAIN";
  config.kafka.sasl_username = "someone";
  config.kafka.sasl_password_file = (folder / "password").string();
  config.kafka.ssl_ca_file = (folder / "no-such-ca.pem").string();
  SystemClock clock;
  for (const auto& sink : {open_sink(config, clock), open_sink_patiently(config, clock)}) {
    ASSERT_FALSE(sink);
    EXPECT_EQ(sink.error().code, ErrorCode::kUsage);
    EXPECT_NE(sink.error().message().find("kafka.ssl_ca_file"), std::string::npos);
    EXPECT_EQ(sink.error().message().find("planted-secret"), std::string::npos);
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace marquee
