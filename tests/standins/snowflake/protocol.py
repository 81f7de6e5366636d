"""The HTTP that Snowflake's drivers speak, over the emulator."""

import gzip
import json
import threading
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.standins.snowflake.emulator import CANCELLED, Running, mend_fakesnow, run
from tests.standins.snowflake.sessions import PUBLIC_KEYS, Refused, Session, Sessions

WAIT_S = 45.0
"""How long Snowflake keeps a request waiting before it says that the statement is still running."""


@dataclass
class Fault:
    """Something that goes wrong, a number of times: an HTTP status, or a code of Snowflake's."""

    where: str  # login or query
    times: int
    status: int = 200
    code: str = ""
    message: str = ""
    sqlstate: str = "XX000"
    containing: str = ""


class Server:
    """One account."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        mend_fakesnow(self.sessions.account.duck_conn)
        self.statements: dict[str, Running] = {}
        self.by_request: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.met = 0

    def app(self) -> Starlette:
        post = {
            "/session/v1/login-request": self.login,
            "/session/token-request": self.renew,
            "/session": self.session,
            "/session/heartbeat": self.session,
            "/queries/v1/query-request": self.query,
            "/queries/v1/abort-request": self.abort_request,
            "/queries/{number}/abort-request": self.abort,
            "/telemetry/send": self.telemetry,
            "/standin": self.control,
        }
        get = {
            "/queries/{number}/result": self.result,
            "/monitoring/queries/{number:path}": self.monitoring,
            "/chunks/{number}/{part:int}": self.chunk,
            "/standin": self.told,
        }
        routes = [Route(path, handler, methods=["POST"]) for path, handler in post.items()]
        routes += [Route(path, handler, methods=["GET"]) for path, handler in get.items()]
        return Starlette(routes=routes, exception_handlers={Refused: _refused})

    # ------------------------------------------------------------ sessions

    async def login(self, request: Request) -> Response:
        if answer := self._fault("login", ""):
            return answer
        told = (await _body(request))["data"]
        try:
            session = self.sessions.login(told, dict(request.query_params))
        except Refused as refusal:
            return _refused(request, refusal)
        return _fine(
            {
                "token": session.token,
                "masterToken": session.master,
                "validityInSeconds": 3_600,
                "masterValidityInSeconds": 14_400,
                "sessionId": session.number,
                "displayUserName": session.user,
                "serverVersion": "9.36.1",
                "parameters": [
                    {"name": "CLIENT_SESSION_KEEP_ALIVE", "value": False},
                    {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3_600},
                    {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
                    {
                        "name": "TIMEZONE",
                        "value": session.parameters.get("TIMEZONE", "America/Los_Angeles"),
                    },
                ],
                "sessionInfo": {
                    "databaseName": session.connection.database
                    if session.connection.database_set
                    else None,
                    "schemaName": session.connection.schema
                    if session.connection.schema_set
                    else None,
                    "warehouseName": session.warehouse,
                    "roleName": session.role,
                },
            }
        )

    async def renew(self, request: Request) -> Response:
        session = self.sessions.of_master(request.headers.get("Authorization"))
        session.renew()
        return _fine(
            {
                "sessionToken": session.token,
                "masterToken": session.master,
                "validityInSecondsST": 3_600,
                "validityInSecondsMT": 14_400,
                "sessionId": session.number,
            }
        )

    async def session(self, request: Request) -> Response:
        session = self.sessions.of(request.headers.get("Authorization"))
        if request.query_params.get("delete") == "true":
            for running in self.statements.values():
                if running.session is session and not running.ended.is_set():
                    running.stop(CANCELLED)
            await run_in_threadpool(self.sessions.end, session)
        return _fine(None)

    # ------------------------------------------------------------ statements

    async def query(self, request: Request) -> Response:
        body = await _body(request)
        sql = body["sqlText"]
        session = self.sessions.of(request.headers.get("Authorization"))
        if answer := self._fault("query", sql):
            return answer if answer.status_code != 200 else self._failed(session, sql, answer)
        tag = (body.get("parameters") or {}).get("QUERY_TAG") or session.parameters.get(
            "QUERY_TAG", ""
        )
        running = Running(session, sql, tag)
        self.statements[running.number] = running
        self.by_request[request.query_params.get("requestId", "")] = running.number
        threading.Thread(target=run, args=[running, body.get("bindings")], daemon=True).start()
        if body.get("asyncExec"):
            return _under_way(running, "333334")
        return await self._ended(running, request)

    async def result(self, request: Request) -> Response:
        self.sessions.of(request.headers.get("Authorization"))
        return await self._ended(self._statement(request), request)

    async def _ended(self, running: Running, request: Request) -> Response:
        if not await run_in_threadpool(running.ended.wait, WAIT_S):
            return _under_way(running, "333333")
        answer = running.answer
        assert answer is not None
        if running.chunks:
            base = f"{request.url.scheme}://{request.url.netloc}/chunks/{running.number}"
            answer["data"]["chunks"] = [
                {
                    "url": f"{base}/{part}",
                    "rowCount": 0,
                    "uncompressedSize": len(chunk),
                    "compressedSize": len(chunk),
                }
                for part, chunk in enumerate(running.chunks)
            ]
            answer["data"]["chunkHeaders"] = {"x-standin": "chunk"}
        return JSONResponse(answer)

    async def chunk(self, request: Request) -> Response:
        return Response(self._statement(request).chunks[request.path_params["part"]])

    async def monitoring(self, request: Request) -> Response:
        self.sessions.of(request.headers.get("Authorization"))
        running = self.statements.get(
            request.path_params["number"].strip("/")
        )  # the driver writes //
        if running is None:
            return _fine({"queries": []})
        told: dict[str, Any] = {"id": running.number, "status": "RUNNING", "sqlText": running.sql}
        if running.ended.is_set():
            assert running.answer is not None
            told["status"] = "SUCCESS" if running.answer["success"] else "FAILED_WITH_ERROR"
            if not running.answer["success"]:
                told |= {
                    "errorCode": running.answer["code"],
                    "errorMessage": running.answer["message"],
                }
        return _fine({"queries": [told]})

    async def abort(self, request: Request) -> Response:
        self.sessions.of(request.headers.get("Authorization"))
        await run_in_threadpool(self._statement(request).stop, CANCELLED)
        return _fine(None)

    async def abort_request(self, request: Request) -> Response:
        number = self.by_request.get((await _body(request)).get("requestId", ""))
        if number:
            await run_in_threadpool(self.statements[number].stop, CANCELLED)
        return _fine(None)

    async def telemetry(self, _: Request) -> Response:
        return _fine(None)

    def _failed(self, session: Session, sql: str, answer: Response) -> Response:
        """A statement that failed as a fault says; it is known by its number, as any other."""
        running = Running(session, sql)
        running.answer = json.loads(bytes(answer.body))
        running.answer["data"]["queryId"] = running.number
        running.ended.set()
        self.statements[running.number] = running
        return JSONResponse(running.answer)

    def _statement(self, request: Request) -> Running:
        running = self.statements.get(request.path_params["number"])
        if running is None:
            raise Refused("000709", "Statement not found", "02000")
        return running

    # ------------------------------------------------------------ what tests may do

    async def control(self, request: Request) -> Response:
        told = await _body(request)
        if "faults" in told:
            self.faults = [Fault(**each) for each in told["faults"]]
            self.met = 0
        if "public_keys" in told:
            PUBLIC_KEYS.update(told["public_keys"])
        if told.get("expire_tokens"):
            for session in self.sessions.all:
                session.renew()
        if told.get("expire_masters"):
            for session in self.sessions.all:
                session.token, session.master = (
                    session.token + "-expired",
                    session.master + "-expired",
                )
        return _fine(None)

    async def told(self, _: Request) -> Response:
        return _fine(
            {
                "sessions": [
                    {"user": each.user, "role": each.role, "warehouse": each.warehouse, "parameters": each.parameters}
                    for each in self.sessions.all
                ],
                "statements": [
                    {"number": each.number, "sql": each.sql, "tag": each.tag, "ended": each.ended.is_set(),
                     "code": (each.answer or {}).get("code")}
                    for each in self.statements.values()
                ],
                "faults_met": self.met,
            }
        )  # fmt: skip

    def _fault(self, where: str, sql: str) -> Response | None:
        for fault in self.faults:
            if fault.where == where and fault.times > 0 and fault.containing in sql:
                fault.times -= 1
                self.met += 1
                if fault.status != 200:
                    return Response("busy", status_code=fault.status)
                return _refused(None, Refused(fault.code, fault.message, fault.sqlstate))
        return None


def _fine(data: Any) -> Response:
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def _refused(request: Request | None, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)
    told = {"errorCode": refusal.code, "sqlState": refusal.sqlstate}
    return JSONResponse(
        {"data": told, "code": refusal.code, "message": refusal.message, "success": False}
    )


def _under_way(running: Running, code: str) -> Response:
    data = {
        "queryId": running.number,
        "getResultUrl": f"/queries/{running.number}/result",
        "queryAbortsAfterSecs": 300,
    }
    told = (
        "Query execution in progress."
        if code == "333333"
        else "Asynchronous execution in progress."
    )
    return JSONResponse({"data": data, "code": code, "message": told, "success": True})


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return json.loads(body) if body else {}
