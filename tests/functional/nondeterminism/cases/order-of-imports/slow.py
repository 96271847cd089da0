import registry

registry.STRATEGIES.append("slow")
