"""The reference service: the routes of the runbook's RAG API over any store, for those who have no such service.

Shapes of requests and answers are those of the recorded exchanges with such a service. Nothing here is imported
before `qdrill api` is run: starlette, uvicorn and pydantic come with the extra `api`.
"""
