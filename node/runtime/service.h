// The node as a process: the runtime and the API, tied to each other, until a signal says stop.
#pragma once

#include <memory>
#include <string>

#include "node/config.h"
#include "node/runtime/home.h"

namespace node::api {
struct NodeLink;
}

namespace node {

struct Observers;
struct PeerLinkHooks;
struct WitnessLinkHooks;

class Service {
 public:
  // Opens the home and listens.
  static crypto::Result<std::unique_ptr<Service>> open(const Home& home, const Config& config);
  ~Service();

  // Works until SIGINT or SIGTERM. Prints one line when it is ready:
  //   ready: network <id> height <n> api http://127.0.0.1:8600 operations http://127.0.0.1:8601
  // peers <port>, 0: it listens for none
  void run_until_signal();

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  static api::NodeLink link_of(Parts& parts);
  static PeerLinkHooks hooks_of(Parts& parts);
  static WitnessLinkHooks witness_hooks_of(Parts& parts);
  static Observers observers_of(Parts& parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node
