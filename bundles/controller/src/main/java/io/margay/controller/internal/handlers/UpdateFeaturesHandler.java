package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.SupportedFeatures;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.UpdateFeatures;
import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.UpdateFeaturesRequest;
import io.margay.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import io.margay.protocol.message.UpdateFeaturesResponse;
import io.margay.protocol.message.UpdateFeaturesResponse.UpdatableFeatureResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** UpdateFeatures (57): finalises feature levels, all of a request or none. */
@Component(service = ApiHandler.class)
public final class UpdateFeaturesHandler extends AdminHandler<UpdateFeaturesRequest> {
  private static final byte UPGRADE = 1;
  private static final short FIRST_WITH_ONE_ERROR = 2;
  private static final long FEATURE_BYTES = 600;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public UpdateFeaturesHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  UpdateFeaturesHandler(ControllerRuntime controller) {
    super(UpdateFeaturesRequest.API, UpdateFeaturesRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, UpdateFeaturesRequest message) {
    SortedMap<String, Short> current = new TreeMap<>(controller.image().features());
    SortedMap<String, Short> levels = new TreeMap<>();
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (FeatureUpdateKey update : message.featureUpdates()) {
      Outcome outcome = check(request.version(), update, current.getOrDefault(update.feature(), (short) 0));
      if (outcomes.put(update.feature(), outcome) != null) {
        outcomes.put(update.feature(), new Outcome(Errors.INVALID_REQUEST,
            "Provided feature updates contain a duplicate feature."));
      }
      levels.put(update.feature(), update.maxVersionLevel());
    }
    Optional<Outcome> refused = outcomes.values().stream().filter(o -> !o.ok()).findFirst();
    if (refused.isPresent() || message.validateOnly() || levels.isEmpty()) {
      return now(response(request, outcomes, refused.orElse(Outcome.OK)));
    }
    return controller.<Boolean>propose(new UpdateFeatures(levels), message.timeoutMs())
        .thenApply(done -> response(request, outcomes, Outcome.OK));
  }

  @Override
  long answerBytes(Request request, UpdateFeaturesRequest message) {
    return FEATURE_BYTES * message.featureUpdates().size();
  }

  private static Outcome check(short version, FeatureUpdateKey update, short current) {
    String name = update.feature();
    short level = update.maxVersionLevel();
    SupportedFeatures.Range range = SupportedFeatures.supported().get(name);
    String problem = null;
    if (range == null) {
      problem = "The controller does not support feature " + Texts.shown(name) + ".";
    } else if (level < 0 || level > range.highest() || level < range.lowest()) {
      problem = "Invalid update version " + level + " for feature " + name + ". Levels " + range.lowest() + "-" + range.highest()
          + " are supported.";
    } else if (level < current) {
      boolean allowed = version == 0 ? update.allowDowngrade() : update.upgradeType() != UPGRADE;
      problem = allowed && range.mayFall() ? null : allowed ? "Feature " + name + " cannot be downgraded from " + current + " to " + level + "."
          : "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.";
    }
    return problem == null ? Outcome.OK : new Outcome(Errors.INVALID_UPDATE_VERSION, problem);
  }

  private static UpdateFeaturesResponse response(Request request, Map<String, Outcome> outcomes, Outcome all) {
    UpdateFeaturesResponse response = new UpdateFeaturesResponse().setErrorMessage(null);
    if (request.version() >= FIRST_WITH_ONE_ERROR) {
      return response.setErrorCode(all.error().code()).setErrorMessage(all.message());
    }
    List<UpdatableFeatureResult> results = new ArrayList<>();
    outcomes.forEach((name, outcome) -> results.add(new UpdatableFeatureResult().setFeature(name)
        .setErrorCode(outcome.error().code()).setErrorMessage(outcome.message())));
    return response.setResults(results);
  }

  @Override
  Message failed(Request request, UpdateFeaturesRequest message, Outcome why) {
    return new UpdateFeaturesResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
