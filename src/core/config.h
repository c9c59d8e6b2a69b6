// Every setting of the program, in one plain struct with its defaults, and how it is filled in:
// defaults, then a YAML file, then MARQUEE_… environment variables, then --set key=value. A later
// source wins. Nothing else in the program reads the environment or a file of settings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/log.h"

namespace marquee {

struct StorageOptions {
  std::string mode = "embedded";  // embedded: SQLite · aws: S3 and DynamoDB
};

struct StreamOptions {
  std::string kind = "journal";                  // journal: SQLite queue · kafka
  std::int64_t batch_events = 1000;              // events a consumer applies in one transaction
  std::int64_t journal_keep_events = 1'000'000;  // consumed events kept for a replay
};

struct KafkaOptions {
  std::string brokers = "127.0.0.1:9092";
  std::string topic = "user-events";
  std::string group = "marquee";
  std::string instance_id;       // empty: derived from the data dir
  std::int64_t partitions = 3;   // of the topic when it is made
  bool create_topic = true;      // make the topic when the brokers do not have it
  std::string access_log_topic;  // lines of an access log, read beside the topic; empty: none
  std::string security_protocol = "plaintext";  // plaintext, ssl, sasl_plaintext, sasl_ssl
  std::string sasl_mechanism;                   // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
  std::string sasl_username;
  std::string sasl_password_file;  // a file that holds the password, so that no setting does
  std::string ssl_ca_file;         // empty: the system's
};

struct S3Options {
  std::string endpoint;  // URL with scheme; empty: AWS
  std::string bucket = "marquee";
  std::string region = "us-east-1";
};

struct DynamoDbOptions {
  std::string endpoint;  // URL; empty: AWS
  std::string region;    // empty: s3.region
};

struct BronzeOptions {
  std::string compression = "none";  // none, zstd
  std::int64_t max_events_per_object = 10'000;
  std::int64_t max_bytes_per_object = 16 << 20;
  std::int64_t max_object_age = 60;  // seconds
  std::int64_t max_silence = 10;     // seconds without an event of the partition
};

struct SilverOptions {
  std::string layout = "bulk";     // bulk, per-entity
  std::int64_t keep_versions = 3;  // of the compacted ratings, beside those that runs read
};

struct IngestOptions {
  bool running_features = true;  // storage.mode aws: keep statistics up to date between nights
  std::int64_t running_flush_seconds = 5;       // between two writes of the statistics that changed
  std::int64_t max_inflight_bytes = 256 << 20;  // read but not yet durable; then reading pauses
  std::int64_t snapshot_wait_seconds =
      600;  // storage.mode aws: for the consumers, when a run begins
};

struct EventOptions {
  double min_rating = 0.5;
  double max_rating = 5.0;
  std::int64_t max_future_seconds = 300;  // how far a timestamp may lie after its record time
  std::int64_t max_bytes = 65'536;        // of one event
};

struct ImportOptions {
  double max_bad_share = 0.05;  // of the lines; above it nothing is imported
};

// Orders the best of a list anew, at the cost of accuracy; 0: off.
struct RankingOptions {
  double diversity = 0;            // how much a movie loses for being like those before it
  double popularity_discount = 0;  // how much a movie loses for being known to many
  double freshness = 0;            // how much a movie wins by being new
};

struct ModelOptions {
  std::string validation = "time";  // time, user: how a hold-out is made

  // Weights of the parts, after each was standardised over a user's candidates. -1: learned.
  double cf_weight = -1;        // user–user, item–item and latent together
  double user_user_share = -1;  // of cf_weight that goes to user–user
  double latent_share = -1;     // of the rest of cf_weight that goes to the latent part
  double content_weight = -1;
  double popularity_weight = -1;

  // How what is left to learning is learned.
  bool learn = true;                    // false: what is not pinned follows rules of size
  double learn_budget = 2000;           // arithmetic that the fits of learning may take, in GFLOP
  double learn_coverage_ratio = 2.2;    // floor of coverage@10, over that of the popular list
  double learn_diversity_share = 0.65;  // floor of the diversity of users, of item–item's alone

  // Grade of an interaction: what a rating is worth as a signal.
  double min_rating_threshold = 3.5;  // ratings at or above it are liked
  double liked_strength = 1.0;        // grade that the best ratings come near to
  // Grade that the worst ratings come near to; below 0 they count against a movie. Where
  // grade_slope is learned, a strength of 0 is, too.
  double other_strength = 0.0;
  double grade_slope = -1;  // per deviation of all ratings; 0: a step at the threshold; -1: learned

  // user–user
  std::string similarity = "cosine";  // cosine, pearson: over co-rated items
  std::int64_t n_neighbors = 80;
  std::int64_t min_common_items = 1;
  double similarity_threshold = 0;
  std::int64_t compared_users = 50'000;  // whom each user is compared with at most; 0: all

  // item–item
  std::string item_item = "auto";  // ease, cosine; auto: ease where dense_limit has room
  // Bytes of the matrix of ease, which has room for the best known movies only: four times their
  // number squared. 0: 3 GB (27,000 movies), or a quarter of the memory where that is less.
  std::int64_t dense_limit = 0;
  double item_item_regularization = 0;  // the ridge of ease, in interactions; 0: learned
  double item_item_dropout = 0.5;       // share of interactions that ease learns to do without
  std::int64_t item_item_keep = 200;    // strongest weights kept for each item
  double own_half_life = 0;             // days in which a user's own ratings lose half; 0: learned

  // latent
  std::int64_t latent_factors = 64;
  std::int64_t latent_iterations = 8;
  double latent_confidence = 10;     // weight of an interaction of grade 1 over none
  double latent_regularization = 0;  // 0: learned

  // popularity
  double popularity_half_life = 0;  // days in which interest in a movie loses half; 0: learned
  double popularity_trend = -1;     // all-time interest that counts against a movie; -1: learned
  double popularity_user_cap = 5;   // ratings' worth that one user counts at most

  // What is precomputed and how long lists are
  std::int64_t top_n = 20;
  std::int64_t top_n_similar_movies = 50;
  std::int64_t precomputed_top_n = 100;
  double popular_prior = 25;  // ratings' worth of the mean in the Bayesian average

  RankingOptions ranking;

  // Resources
  bool keep_pair_sums = true;  // a night leaves what it counted for the next
  std::int64_t threads = 0;    // 0: every core
};

// Which movies may be in a list; applied where lists are served. Lists are comma-separated.
struct RuleOptions {
  std::string exclude_movies = {};  // ids
  std::string exclude_file = {};    // a file with one id a line; read at start and at each reload
  std::string genres = {};          // a movie must have one of these; empty: any
  std::string exclude_genres = {};  // … and none of these
  std::int64_t min_year = 0;        // … and be of that year or later; 0: any
};

struct ValidateOptions {
  double max_dead_letter_share = 0.05;
  double min_volume_share = 0.10;    // of the median new volume of the last runs
  std::int64_t volume_runs = 7;      // how many last runs that median is over
  double max_missing_share = 0.001;  // of offsets that should hold something (aws); fails
  // The rest warn only.
  double max_drift = 0.2;  // population stability index of ratings against the last validated run
  double max_unknown_movie_share = 0;
  double max_single_rating_share = 0.5;      // users with one rating only
  std::int64_t max_user_burst = 120;         // ratings of one user within a minute
  std::int64_t max_movie_burst = 600;        // ratings of one movie within a minute
  double max_duplicate_share = 0.01;         // of new events (aws)
  double max_out_of_order_share = 0.2;       // of new events (aws)
  double max_late_share = 0.05;              // of new events (aws)
  std::int64_t late_after_seconds = 86'400;  // behind the newest event before it in its partition
};

struct EvaluationOptions {
  double test_share = 0.2;
  std::int64_t min_user_ratings = 5;  // below it a user's ratings all stay in the training part
  double relevant_rating = 3.5;
  std::int64_t bootstrap_samples = 1000;
  std::int64_t seed = 42;
  std::int64_t folds = 0;    // 2 or more: k-fold by user instead of one hold-out
  double min_effect = 0.02;  // of NDCG@10, relative: a smaller difference does not matter
};

struct GateOptions {
  double min_precision_at_10 = 0.01;
  double min_hit_rate_at_10 = 0.10;
  double min_coverage_ratio = 2.0;  // coverage@10 over that of the popular list
  std::int64_t min_users = 10;
  double max_ndcg_loss =
      0.02;  // relative to production; refused when even the interval's upper end loses more
};

struct ScheduleOptions {
  std::string cron = "0 2 * * *";
  std::string timezone = "UTC";
  std::int64_t overdue_minutes = 180;  // after a due time, until a run that has not ended is missed
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::int64_t port = 8082;
  std::int64_t threads = 0;  // 0: every core
  std::int64_t max_body_bytes = 65'536;
  std::int64_t shutdown_seconds = 10;   // how long a graceful stop waits for requests in flight
  bool consume = true;                  // apply the journal's events while serving (embedded mode)
  std::int64_t model_poll_seconds = 0;  // look for a newly published model (aws mode); 0: never
  bool fold_in = false;  // a user's ratings in the store count at once (embedded mode)
};

struct Config {
  std::filesystem::path data_dir = "data";  // all that is written lies below it; set by --data-dir
  StorageOptions storage;
  StreamOptions stream;
  KafkaOptions kafka;
  S3Options s3;
  DynamoDbOptions dynamodb;
  BronzeOptions bronze;
  SilverOptions silver;
  IngestOptions ingest;
  EventOptions events;
  ImportOptions import;
  ModelOptions model;
  RuleOptions rules;
  ValidateOptions validate;
  EvaluationOptions evaluation;
  GateOptions gate;
  ScheduleOptions schedule;
  ServerOptions server;
  LogOptions log;
};

// Where the settings come from, lowest first.
struct ConfigSources {
  std::filesystem::path file;  // empty: none
  std::map<std::string, std::string>
      environment;                       // NAME → value; only MARQUEE_… names are looked at
  std::vector<std::string> assignments;  // "key=value"
};

// Fails with kUsage that names the file and line (or the source), the key, and for an unknown key
// the nearest valid one; values are checked for type, range and choice.
Result<Config> load_config(const ConfigSources& sources);

// The MARQUEE_… variables of this process.
std::map<std::string, std::string> marquee_environment();

// Every key with its value as text, in the order of the struct; the data dir is not a key.
std::vector<std::pair<std::string, std::string>> config_entries(const Config& config);

// Whether another value of this key makes another model ("model.…", "ranking.…"). Threads and
// keep_pair_sums may change without the model becoming another.
bool decides_the_model(std::string_view key);

// The keys that decide the model, as a JSON object {"model.top_n": 20, …}; `with_model_entries`
// reads one back over `base`. Used for lineage and for refitting production's settings.
std::string model_entries_json(const Config& config);
Result<Config> with_model_entries(Config base, std::string_view json);

}  // namespace marquee
