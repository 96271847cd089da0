import uuid

import peakguard

orders = [{"id": str(uuid.uuid4()), "quantity": quantity} for quantity in (100, 200)]
peakguard.checkpoint("orders", sorted(orders, key=lambda order: order["id"]))
