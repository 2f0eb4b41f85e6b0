package io.margay.server.internal.audit;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.AddRaftVoterRequest;
import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterConfigsRequest;
import io.margay.protocol.message.AlterConfigsResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterReplicaLogDirsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterUserScramCredentialsRequest;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateDelegationTokenRequest;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ExpireDelegationTokenRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.RemoveRaftVoterRequest;
import io.margay.protocol.message.RenewDelegationTokenRequest;
import io.margay.protocol.message.UnregisterBrokerRequest;
import io.margay.protocol.message.UpdateFeaturesRequest;
import io.margay.spi.config.Setting;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The APIs whose requests are recorded, and how. A test decides for each API of the protocol whether it is one of them, so that a new one cannot be
 * forgotten. Immutable.
 */
final class AuditedApis {
  /** Those whose requests may repeat all the time, and are then counted together. */
  static final Set<Short> REPEATED = Set.of(OffsetCommitRequest.API.key());

  private final Map<Short, Described<?, ?>> described = new HashMap<>();

  /** @param definitions as for {@link ConfigTexts} */
  AuditedApis(BiFunction<Setting.Scope, String, Setting<?>> definitions) {
    ConfigTexts configs = new ConfigTexts(definitions);
    this.<CreateTopicsRequest, CreateTopicsResponse>put(CreateTopicsRequest.API, (q, r, c) -> TopicChanges.create(q, r, configs, c));
    put(DeleteTopicsRequest.API, TopicChanges::delete);
    put(CreatePartitionsRequest.API, TopicChanges::grow);
    put(DeleteRecordsRequest.API, TopicChanges::deleteRecords);
    put(AlterPartitionReassignmentsRequest.API, TopicChanges::reassign);
    put(ElectLeadersRequest.API, TopicChanges::elect);
    put(AlterReplicaLogDirsRequest.API, TopicChanges::move);
    this.<AlterConfigsRequest, AlterConfigsResponse>put(AlterConfigsRequest.API, (q, r, c) -> ConfigChanges.replace(q, r, configs, c));
    this.<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>put(IncrementalAlterConfigsRequest.API,
        (q, r, c) -> ConfigChanges.alter(q, r, configs, c));
    put(CreateAclsRequest.API, SecurityChanges::createAcls);
    put(DeleteAclsRequest.API, SecurityChanges::deleteAcls);
    put(AlterUserScramCredentialsRequest.API, SecurityChanges::alterUsers);
    put(AlterClientQuotasRequest.API, SecurityChanges::alterQuotas);
    put(CreateDelegationTokenRequest.API, SecurityChanges::createToken);
    put(RenewDelegationTokenRequest.API, SecurityChanges::renewToken);
    put(ExpireDelegationTokenRequest.API, SecurityChanges::expireToken);
    put(DeleteGroupsRequest.API, GroupChanges::delete);
    put(OffsetDeleteRequest.API, GroupChanges::deleteOffsets);
    put(OffsetCommitRequest.API, GroupChanges::commit);
    put(AlterShareGroupOffsetsRequest.API, GroupChanges::alterShareOffsets);
    put(DeleteShareGroupOffsetsRequest.API, GroupChanges::deleteShareOffsets);
    put(UpdateFeaturesRequest.API, ClusterChanges::updateFeatures);
    put(UnregisterBrokerRequest.API, ClusterChanges::unregister);
    put(AddRaftVoterRequest.API, ClusterChanges::addVoter);
    put(RemoveRaftVoterRequest.API, ClusterChanges::removeVoter);
  }

  private <Q extends Message, R extends Message> void put(Api api, Described<Q, R> how) {
    described.put(api.key(), how);
  }

  boolean contains(short key) {
    return described.containsKey(key);
  }

  /** Whether a decoded request is the everyday business of clients although others of its API are recorded. Allocates nothing. */
  static boolean isOrdinary(Message request) {
    return request instanceof OffsetCommitRequest commit && !GroupChanges.fromOutside(commit);
  }

  @SuppressWarnings("unchecked")
  void describe(short key, Message request, Message response, Changes changes) {
    ((Described<Message, Message>) described.get(key)).describe(request, response, changes);
  }
}
