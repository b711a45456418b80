// A stand-in for TensorFlow Lite Micro's header of this name: a model is known by a hash of its first bytes.
#pragma once

#include <cstdint>

#include "stub_network.h"

namespace tflite {

class Model {
 public:
  explicit Model(int stage) : stage_(stage) {}
  uint32_t version() const { return stage_ < 0 ? 0 : 3; }
  int stage() const { return stage_; }

 private:
  int stage_;
};

inline const Model* GetModel(const void* content) {
  static const Model unknown(-1);
  static const Model* known[stub::kStages] = {};
  uint32_t hash = 2166136261u;
  for (int i = 0; i < stub::kPrefix; ++i) hash = (hash ^ static_cast<const uint8_t*>(content)[i]) * 16777619u;
  for (int stage = 0; stage < stub::kStages; ++stage) {
    if (hash != stub::kStage[stage].hash || reinterpret_cast<uintptr_t>(content) % 16 != 0) continue;
    if (known[stage] == nullptr) known[stage] = new Model(stage);
    return known[stage];
  }
  return &unknown;
}

}  // namespace tflite
