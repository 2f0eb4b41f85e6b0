package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.ConfigCommands;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.QuotaEntity;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterClientQuotasRequest.EntityData;
import io.margay.protocol.message.AlterClientQuotasRequest.EntryData;
import io.margay.protocol.message.AlterClientQuotasResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** AlterClientQuotas (49): sets and removes quotas. The changes of an entity are made together or not at all. */
@Component(service = ApiHandler.class)
public final class AlterClientQuotasHandler extends AdminHandler<AlterClientQuotasRequest> {
  private static final long ENTRY_BYTES = 1_500;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public AlterClientQuotasHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  AlterClientQuotasHandler(ControllerRuntime controller) {
    super(AlterClientQuotasRequest.API, AlterClientQuotasRequest::new, Access.cluster(AclOperation.ALTER_CONFIGS));
    this.controller = controller;
  }

  @Override
  long answerBytes(Request request, AlterClientQuotasRequest message) {
    return ENTRY_BYTES * message.entries().size();
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, AlterClientQuotasRequest message) {
    ClusterImage image = controller.image();
    List<EntryData> entries = message.entries();
    List<Outcome> outcomes = new ArrayList<>(entries.size());
    List<ConfigChange> changes = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    Map<Set<EntityData>, Integer> times = new HashMap<>();
    entries.forEach(entry -> times.merge(Set.copyOf(entry.entity()), 1, Integer::sum));
    long grownBytes = 0;
    for (EntryData entry : entries) {
      try {
        QuotaEntity entity = QuotaRules.entity(entry.entity());
        if (times.get(Set.copyOf(entry.entity())) > 1) {
          throw QuotaRules.refused("Ignoring duplicate entity " + Texts.shown(entity.resource().name()));
        }
        QuotaRules.check(entity, entry);
        ConfigChange change = change(entity, entry);
        Map<String, String> before = image.config(change.resource());
        long grown = grownBytes + ClusterLimits.sizeBytes(change.resource(), ConfigCommands.edited(before, change))
            - ClusterLimits.sizeBytes(change.resource(), before);
        controller.planner().limits().checkConfigs(image, grown);
        grownBytes = grown;
        places.add(outcomes.size());
        changes.add(change);
        outcomes.add(Outcome.OK);
      } catch (RefusedException e) {
        outcomes.add(e.outcome());
      }
    }
    if (changes.isEmpty() || message.validateOnly()) {
      return now(response(message, outcomes));
    }
    return controller.<List<Outcome>>propose(new AlterConfigs(changes)).thenApply(applied -> {
      for (int i = 0; i < places.size(); i++) {
        outcomes.set(places.get(i), applied.get(i));
      }
      return response(message, outcomes);
    });
  }

  private static ConfigChange change(QuotaEntity entity, EntryData entry) {
    return new ConfigChange(entity.resource(), false, entry.ops().stream().map(op -> op.remove()
        ? new ConfigEdit(op.key(), Operation.DELETE, null, null)
        : new ConfigEdit(op.key(), Operation.SET, Double.toString(op.value()), null)).toList());
  }

  private static AlterClientQuotasResponse response(AlterClientQuotasRequest message, List<Outcome> outcomes) {
    List<AlterClientQuotasResponse.EntryData> entries = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      entries.add(new AlterClientQuotasResponse.EntryData().setErrorCode(outcomes.get(i).error().code())
          .setErrorMessage(outcomes.get(i).message()).setEntity(message.entries().get(i).entity().stream()
              .map(e -> new AlterClientQuotasResponse.EntityData().setEntityType(e.entityType()).setEntityName(e.entityName())).toList()));
    }
    return new AlterClientQuotasResponse().setEntries(entries);
  }

  @Override
  Message failed(Request request, AlterClientQuotasRequest message, Outcome why) {
    return response(message, message.entries().stream().map(e -> why).toList());
  }
}
