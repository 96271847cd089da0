import peakguard


class Order:
    def __init__(self, number):
        self.number = number


orders = [Order(number) for number in range(50)]
peakguard.checkpoint("queue", [order.number for order in sorted(orders, key=id)])
