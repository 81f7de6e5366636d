"""The socket that somebody else opens is found, and shut."""

import socket
import sys
import threading

import pytest

from ombudsman.connections.sockets import new_socket

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lists a process's sockets"
)


@pytest.fixture
def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_the_new_socket_is_the_one_that_is_shut(listener: socket.socket):
    port = listener.getsockname()[1]
    with listener, socket.create_connection(("127.0.0.1", port)) as older:
        with new_socket(port=port) as found:
            mine = socket.create_connection(("127.0.0.1", port))
        with mine:
            waiting = threading.Thread(target=mine.recv, args=(1,))
            waiting.start()
            found.cut()
            waiting.join(5)
            assert not waiting.is_alive()
            older.sendall(b"x")


def test_a_number_that_was_given_again_is_left_alone(listener: socket.socket):
    port = listener.getsockname()[1]
    with listener:
        with new_socket(port=port) as found:
            first = socket.create_connection(("127.0.0.1", port))
        number = first.fileno()
        first.close()
        with socket.create_connection(("127.0.0.1", port)) as second:
            assert second.fileno() == number
            found.cut()
            second.sendall(b"x")


def test_of_two_new_ones_neither_is_taken(listener: socket.socket):
    port = listener.getsockname()[1]
    with listener, new_socket(port=port) as found:
        one = socket.create_connection(("127.0.0.1", port))
        other = socket.create_connection(("127.0.0.1", port))
    assert found.number is None
    found.cut()
    one.close()
    other.close()


def test_one_to_another_port_is_not_taken(listener: socket.socket):
    port = listener.getsockname()[1]
    with listener, new_socket(port=port + 1 if port < 65_535 else 1) as found:
        mine = socket.create_connection(("127.0.0.1", port))
    assert found.number is None
    mine.close()
