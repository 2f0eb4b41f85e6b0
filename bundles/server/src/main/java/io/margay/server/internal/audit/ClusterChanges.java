package io.margay.server.internal.audit;

import io.margay.protocol.message.AddRaftVoterRequest;
import io.margay.protocol.message.AddRaftVoterResponse;
import io.margay.protocol.message.RemoveRaftVoterRequest;
import io.margay.protocol.message.RemoveRaftVoterResponse;
import io.margay.protocol.message.UnregisterBrokerRequest;
import io.margay.protocol.message.UnregisterBrokerResponse;
import io.margay.protocol.message.UpdateFeaturesRequest;
import io.margay.protocol.message.UpdateFeaturesResponse;
import java.util.HashMap;
import java.util.Map;

/** Brokers, voters and feature levels. */
final class ClusterChanges {
  private ClusterChanges() { }

  static void updateFeatures(UpdateFeaturesRequest request, UpdateFeaturesResponse response, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    Map<String, Short> codes = new HashMap<>();
    response.results().forEach(r -> codes.put(r.feature(), r.errorCode()));
    request.featureUpdates().forEach(f -> changes.add("feature", f.feature(),
        response.errorCode() != 0 ? response.errorCode() : codes.getOrDefault(f.feature(), (short) 0), "level", f.maxVersionLevel()));
  }

  static void unregister(UnregisterBrokerRequest request, UnregisterBrokerResponse response, Changes changes) {
    changes.add("broker", Integer.toString(request.brokerId()), response.errorCode());
  }

  static void addVoter(AddRaftVoterRequest request, AddRaftVoterResponse response, Changes changes) {
    changes.add("voter", Integer.toString(request.voterId()), response.errorCode());
  }

  static void removeVoter(RemoveRaftVoterRequest request, RemoveRaftVoterResponse response, Changes changes) {
    changes.add("voter", Integer.toString(request.voterId()), response.errorCode());
  }
}
