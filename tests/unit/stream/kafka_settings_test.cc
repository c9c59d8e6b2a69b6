#include "stream/kafka_settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

namespace marquee {
namespace {

namespace fs = std::filesystem;

class KafkaSettingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kafka_settings_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    config_.data_dir = folder_ / "data";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void ask_for_sasl(const std::string& password) {
    std::ofstream(folder_ / "password") << password;
    config_.kafka.security_protocol = "sasl_ssl";
    config_.kafka.sasl_mechanism = "SCRAM-SHA-512";
    config_.kafka.sasl_username = "marquee-consumer";
    config_.kafka.sasl_password_file = (folder_ / "password").string();
  }
  std::map<std::string, std::string> settings() const {
    const auto settings = kafka_client_settings(config_);
    EXPECT_TRUE(settings) << settings.error().message();
    return settings ? std::map<std::string, std::string>(settings->begin(), settings->end())
                    : std::map<std::string, std::string>();
  }

  fs::path folder_;
  Config config_;
};

TEST_F(KafkaSettingsTest, BrokersAndSecurityPassThrough) {
  config_.kafka.brokers = "a:1,b:2";
  EXPECT_EQ(settings()["bootstrap.servers"], "a:1,b:2");
  EXPECT_EQ(settings()["security.protocol"], "plaintext");
  EXPECT_FALSE(settings().contains("sasl.password"));
  EXPECT_FALSE(settings().contains("ssl.ca.location")) << "then it is the system's";
  ask_for_sasl("open sesame\n");
  config_.kafka.ssl_ca_file = "/etc/kafka/ca.pem";
  EXPECT_EQ(settings()["security.protocol"], "sasl_ssl");
  EXPECT_EQ(settings()["sasl.mechanism"], "SCRAM-SHA-512");
  EXPECT_EQ(settings()["sasl.username"], "marquee-consumer");
  EXPECT_EQ(settings()["sasl.password"], "open sesame") << "without the end of the line";
  EXPECT_EQ(settings()["ssl.ca.location"], "/etc/kafka/ca.pem");
}

TEST_F(KafkaSettingsTest, WhatIsMissingForSaslIsNamed) {
  ask_for_sasl("x");
  for (std::string KafkaOptions::* field :
       {&KafkaOptions::sasl_mechanism, &KafkaOptions::sasl_username,
        &KafkaOptions::sasl_password_file}) {
    Config config = config_;
    (config.kafka.*field).clear();
    const auto settings = kafka_client_settings(config);
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
    EXPECT_TRUE(settings.error().where.starts_with("kafka.sasl_")) << settings.error().message();
  }
}

TEST_F(KafkaSettingsTest, APasswordFileThatIsNotThereOrEmptyIsNamed) {
  ask_for_sasl("\n");
  const auto empty = kafka_client_settings(config_);
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().message().find(config_.kafka.sasl_password_file), std::string::npos);
  fs::remove(config_.kafka.sasl_password_file);
  const auto missing = kafka_client_settings(config_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUsage);
  EXPECT_NE(missing.error().message().find(config_.kafka.sasl_password_file), std::string::npos);
}

TEST_F(KafkaSettingsTest, TheInstanceIdComesFromTheDataDir) {
  Config same = config_, other = config_, named = config_;
  same.data_dir = folder_ / "data" / ".." / "data";
  other.data_dir = folder_ / "other";
  named.kafka.instance_id = "consumer-7";
  EXPECT_EQ(kafka_instance_id(config_), kafka_instance_id(same));
  EXPECT_NE(kafka_instance_id(config_), kafka_instance_id(other));
  EXPECT_EQ(kafka_instance_id(named), "consumer-7");
  fs::create_directories(config_.data_dir);
  fs::create_directory_symlink(config_.data_dir, folder_ / "link");
  Config linked = config_;
  linked.data_dir = folder_ / "link";
  EXPECT_EQ(kafka_instance_id(config_), kafka_instance_id(linked)) << "one folder, one member";
}

TEST_F(KafkaSettingsTest, OnlyAMemberHasAnInstanceId) {
  const auto has_instance = [](const KafkaSettings& settings) {
    return std::ranges::any_of(
        settings, [](const auto& entry) { return entry.first == "group.instance.id"; });
  };
  EXPECT_TRUE(has_instance(kafka_member_settings(config_)));
  EXPECT_FALSE(has_instance(kafka_reader_settings(config_)));
  EXPECT_FALSE(has_instance(kafka_passer_by_settings(config_)));
}

}  // namespace
}  // namespace marquee
