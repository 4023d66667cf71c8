// The node as a process: the runtime and the API, tied to each other, until a signal says stop.
#pragma once

#include <memory>
#include <string>

#include "node/runtime/home.h"

namespace node {

struct ServiceOptions {
  Home home;
  std::string listen = "127.0.0.1:8600";      // of the API; port 0: a free one
  std::string operations = "127.0.0.1:8601";  // of health and metrics
  std::string passphrase_file;                // empty: a systemd credential, else the terminal
  bool allow_unencrypted_keys = false;
};

class Service {
 public:
  // Opens everything and listens; nothing is served yet.
  static crypto::Result<std::unique_ptr<Service>> open(const ServiceOptions& options);
  ~Service();

  // Works until SIGINT or SIGTERM. Prints one line when it is ready:
  //   ready: network <id> height <n> api http://127.0.0.1:8600 operations http://127.0.0.1:8601
  void run_until_signal();

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node
