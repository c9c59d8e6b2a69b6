// The one table of settings: key, field, range or choices. Internal to core; tests read it too.
#pragma once

#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "core/config.h"

namespace marquee {

// What a numeric value must lie in, ends included.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// What a text value must be one of; empty: anything.
using Choices = std::vector<std::string_view>;

// Calls visit(key, field, Range) for numbers, visit(key, field, Choices) for texts and visit(key,
// field) for flags, once for each setting. `C` is Config or const Config.
template <typename C, typename Visitor>
void visit_settings(C& c, Visitor&& visit) {
  constexpr Range kShare{0, 1}, kShareOrLearned{-1, 1}, kPositive{1, 9e15}, kNotNegative{0, 9e15};
  visit("storage.mode", c.storage.mode, Choices{"embedded", "aws"});
  visit("stream.kind", c.stream.kind, Choices{"journal", "kafka"});
  visit("stream.batch_events", c.stream.batch_events, Range{1, 1e6});
  visit("stream.journal_keep_events", c.stream.journal_keep_events, kNotNegative);
  visit("kafka.brokers", c.kafka.brokers, Choices{});
  visit("kafka.topic", c.kafka.topic, Choices{});
  visit("kafka.group", c.kafka.group, Choices{});
  visit("kafka.instance_id", c.kafka.instance_id, Choices{});
  visit("kafka.partitions", c.kafka.partitions, Range{1, 10000});
  visit("kafka.create_topic", c.kafka.create_topic);
  visit("kafka.access_log_topic", c.kafka.access_log_topic, Choices{});
  visit("kafka.security_protocol", c.kafka.security_protocol,
        Choices{"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"});
  visit("kafka.sasl_mechanism", c.kafka.sasl_mechanism,
        Choices{"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"});
  visit("kafka.sasl_username", c.kafka.sasl_username, Choices{});
  visit("kafka.sasl_password_file", c.kafka.sasl_password_file, Choices{});
  visit("kafka.ssl_ca_file", c.kafka.ssl_ca_file, Choices{});
  visit("s3.endpoint", c.s3.endpoint, Choices{});
  visit("s3.bucket", c.s3.bucket, Choices{});
  visit("s3.region", c.s3.region, Choices{});
  visit("dynamodb.endpoint", c.dynamodb.endpoint, Choices{});
  visit("dynamodb.region", c.dynamodb.region, Choices{});
  visit("bronze.compression", c.bronze.compression, Choices{"none", "zstd"});
  visit("bronze.max_events_per_object", c.bronze.max_events_per_object, kPositive);
  visit("bronze.max_bytes_per_object", c.bronze.max_bytes_per_object, kPositive);
  visit("bronze.max_object_age", c.bronze.max_object_age, kPositive);
  visit("bronze.max_silence", c.bronze.max_silence, kPositive);
  visit("silver.layout", c.silver.layout, Choices{"bulk", "per-entity"});
  visit("silver.keep_versions", c.silver.keep_versions, Range{1, 10000});
  visit("ingest.running_features", c.ingest.running_features);
  visit("ingest.running_flush_seconds", c.ingest.running_flush_seconds, Range{1, 3600});
  visit("ingest.max_inflight_bytes", c.ingest.max_inflight_bytes, Range{1 << 20, 1e12});
  visit("ingest.snapshot_wait_seconds", c.ingest.snapshot_wait_seconds, Range{0, 86400});
  visit("events.min_rating", c.events.min_rating, Range{-1000, 1000});
  visit("events.max_rating", c.events.max_rating, Range{-1000, 1000});
  visit("events.max_future_seconds", c.events.max_future_seconds, Range{0, 1e9});
  visit("events.max_bytes", c.events.max_bytes, Range{64, 1e9});
  visit("import.max_bad_share", c.import.max_bad_share, kShare);
  visit("model.validation", c.model.validation, Choices{"time", "user"});
  visit("model.cf_weight", c.model.cf_weight, kShareOrLearned);
  visit("model.user_user_share", c.model.user_user_share, kShareOrLearned);
  visit("model.latent_share", c.model.latent_share, kShareOrLearned);
  visit("model.content_weight", c.model.content_weight, kShareOrLearned);
  visit("model.popularity_weight", c.model.popularity_weight, kShareOrLearned);
  visit("model.learn", c.model.learn);
  visit("model.learn_budget", c.model.learn_budget, Range{0, 1e9});
  visit("model.learn_coverage_ratio", c.model.learn_coverage_ratio, Range{0, 1000});
  visit("model.learn_diversity_share", c.model.learn_diversity_share, kShare);
  visit("model.min_rating_threshold", c.model.min_rating_threshold, Range{-1000, 1000});
  visit("model.liked_strength", c.model.liked_strength, Range{0, 1000});
  visit("model.other_strength", c.model.other_strength, Range{-1000, 1000});
  visit("model.grade_slope", c.model.grade_slope, Range{-1, 100});
  visit("model.similarity", c.model.similarity, Choices{"cosine", "pearson"});
  visit("model.n_neighbors", c.model.n_neighbors, Range{1, 10000});
  visit("model.min_common_items", c.model.min_common_items, Range{1, 1e6});
  visit("model.similarity_threshold", c.model.similarity_threshold, kShare);
  visit("model.compared_users", c.model.compared_users, kNotNegative);
  visit("model.item_item", c.model.item_item, Choices{"auto", "ease", "cosine"});
  visit("model.item_item_regularization", c.model.item_item_regularization, Range{0, 1e9});
  visit("model.item_item_dropout", c.model.item_item_dropout, Range{0, 0.99});
  visit("model.item_item_keep", c.model.item_item_keep, Range{1, 1e6});
  visit("model.own_half_life", c.model.own_half_life, Range{0, 1e9});
  visit("model.latent_factors", c.model.latent_factors, Range{1, 512});
  visit("model.latent_iterations", c.model.latent_iterations, Range{1, 100});
  visit("model.latent_confidence", c.model.latent_confidence, Range{1e-3, 1e6});
  visit("model.latent_regularization", c.model.latent_regularization, Range{0, 1e9});
  visit("model.popularity_half_life", c.model.popularity_half_life, Range{0, 1e9});
  visit("model.popularity_trend", c.model.popularity_trend, kShareOrLearned);
  visit("model.popularity_user_cap", c.model.popularity_user_cap, Range{1e-3, 1e9});
  visit("model.top_n", c.model.top_n, Range{1, 1000});
  visit("model.top_n_similar_movies", c.model.top_n_similar_movies, Range{1, 1000});
  visit("model.precomputed_top_n", c.model.precomputed_top_n, Range{1, 1000});
  visit("model.popular_prior", c.model.popular_prior, Range{0, 1e9});
  visit("model.dense_limit", c.model.dense_limit, kNotNegative);
  visit("model.keep_pair_sums", c.model.keep_pair_sums);
  visit("model.threads", c.model.threads, Range{0, 1024});
  visit("ranking.diversity", c.model.ranking.diversity, kShare);
  visit("ranking.popularity_discount", c.model.ranking.popularity_discount, Range{0, 100});
  visit("ranking.freshness", c.model.ranking.freshness, Range{0, 100});
  visit("rules.exclude_movies", c.rules.exclude_movies, Choices{});
  visit("rules.exclude_file", c.rules.exclude_file, Choices{});
  visit("rules.genres", c.rules.genres, Choices{});
  visit("rules.exclude_genres", c.rules.exclude_genres, Choices{});
  visit("rules.min_year", c.rules.min_year, Range{0, 9999});
  visit("validate.max_dead_letter_share", c.validate.max_dead_letter_share, kShare);
  visit("validate.min_volume_share", c.validate.min_volume_share, kShare);
  visit("validate.volume_runs", c.validate.volume_runs, Range{1, 1000});
  visit("validate.max_missing_share", c.validate.max_missing_share, kShare);
  visit("validate.max_drift", c.validate.max_drift, Range{0, 1000});
  visit("validate.max_unknown_movie_share", c.validate.max_unknown_movie_share, kShare);
  visit("validate.max_single_rating_share", c.validate.max_single_rating_share, kShare);
  visit("validate.max_user_burst", c.validate.max_user_burst, kPositive);
  visit("validate.max_movie_burst", c.validate.max_movie_burst, kPositive);
  visit("validate.max_duplicate_share", c.validate.max_duplicate_share, kShare);
  visit("validate.max_out_of_order_share", c.validate.max_out_of_order_share, kShare);
  visit("validate.max_late_share", c.validate.max_late_share, kShare);
  visit("validate.late_after_seconds", c.validate.late_after_seconds, Range{0, 1e9});
  visit("evaluation.test_share", c.evaluation.test_share, Range{0.01, 0.9});
  visit("evaluation.min_user_ratings", c.evaluation.min_user_ratings, Range{1, 1e6});
  visit("evaluation.relevant_rating", c.evaluation.relevant_rating, Range{-1000, 1000});
  visit("evaluation.bootstrap_samples", c.evaluation.bootstrap_samples, Range{10, 1e6});
  visit("evaluation.seed", c.evaluation.seed, kNotNegative);
  visit("evaluation.folds", c.evaluation.folds, Range{0, 100});
  visit("evaluation.min_effect", c.evaluation.min_effect, kShare);
  visit("gate.min_precision_at_10", c.gate.min_precision_at_10, kShare);
  visit("gate.min_hit_rate_at_10", c.gate.min_hit_rate_at_10, kShare);
  visit("gate.min_coverage_ratio", c.gate.min_coverage_ratio, Range{0, 1e6});
  visit("gate.min_users", c.gate.min_users, kNotNegative);
  visit("gate.max_ndcg_loss", c.gate.max_ndcg_loss, kShare);
  visit("schedule.cron", c.schedule.cron, Choices{});
  visit("schedule.timezone", c.schedule.timezone, Choices{});
  visit("schedule.overdue_minutes", c.schedule.overdue_minutes, Range{1, 1e6});
  visit("server.host", c.server.host, Choices{});
  visit("server.port", c.server.port, Range{0, 65535});
  visit("server.threads", c.server.threads, Range{0, 1024});
  visit("server.max_body_bytes", c.server.max_body_bytes, Range{64, 1e9});
  visit("server.shutdown_seconds", c.server.shutdown_seconds, Range{0, 3600});
  visit("server.consume", c.server.consume);
  visit("server.model_poll_seconds", c.server.model_poll_seconds, Range{0, 86400});
  visit("server.fold_in", c.server.fold_in);
  visit("log.level", c.log.level, Choices{"trace", "debug", "info", "warn", "error", "off"});
  visit("log.format", c.log.format, Choices{"text", "json"});
}

}  // namespace marquee
