"""What the behaviour tests share: a broker process, raw MQTT and WebSocket clients, a REST helper."""

from .broker import Broker, free_port, seconds
from .case import BrokerCase
from .mqtt_client import MqttClient, TcpTransport
from .websocket import WebSocket, WebSocketTransport

__all__ = [
    "Broker",
    "BrokerCase",
    "MqttClient",
    "TcpTransport",
    "WebSocket",
    "WebSocketTransport",
    "free_port",
    "seconds",
]
