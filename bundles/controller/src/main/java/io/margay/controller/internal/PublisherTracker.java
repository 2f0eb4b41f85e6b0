package io.margay.controller.internal;

import io.margay.metadata.MetadataPublisher;
import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Finds the publishers. No component refers to this one, so a publisher may refer to the controller. */
@Component(service = {}, immediate = true)
public final class PublisherTracker {
  private final ControllerRuntime runtime;

  /** @param controller the controller */
  @Activate
  public PublisherTracker(@Reference ControllerService controller) {
    this.runtime = controller.runtime();
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindPublisher(MetadataPublisher publisher, Map<String, Object> properties) {
    runtime.addPublisher(publisher, properties.get(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0);
  }

  void unbindPublisher(MetadataPublisher publisher) {
    runtime.removePublisher(publisher);
  }
}
