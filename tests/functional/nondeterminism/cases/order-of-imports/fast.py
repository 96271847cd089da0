import registry

registry.STRATEGIES.append("fast")
