"""GenAI clients and frameworks: the distribution that brings each, and the module an application imports.

An instrumentation names the distribution in its `instruments` extra. What is not listed here (web servers,
databases, `requests`) is not ours to switch on by default.
"""

from __future__ import annotations

MODULES = {
    "ag2": "autogen",
    "agno": "agno",
    "aleph-alpha-client": "aleph_alpha_client",
    "anthropic": "anthropic",
    "autogen-agentchat": "autogen_agentchat",
    "beeai-framework": "beeai_framework",
    "boto3": "boto3",  # Bedrock
    "chromadb": "chromadb",
    "claude-agent-sdk": "claude_agent_sdk",
    "cohere": "cohere",
    "crewai": "crewai",
    "dspy": "dspy",
    "google-adk": "google.adk",
    "google-cloud-aiplatform": "vertexai",
    "google-genai": "google.genai",
    "google-generativeai": "google.generativeai",
    "groq": "groq",
    "guardrails-ai": "guardrails",
    "haystack-ai": "haystack",
    "ibm-watsonx-ai": "ibm_watsonx_ai",
    "instructor": "instructor",
    "lancedb": "lancedb",
    "langchain": "langchain_core",
    "langchain-core": "langchain_core",
    "litellm": "litellm",
    "llama-index": "llama_index.core",
    "llama-index-core": "llama_index.core",
    "marqo": "marqo",
    "mcp": "mcp",
    "mistralai": "mistralai",
    "ollama": "ollama",
    "openai": "openai",
    "openai-agents": "agents",
    "pinecone": "pinecone",
    "pinecone-client": "pinecone",
    "portkey-ai": "portkey_ai",
    "pydantic-ai": "pydantic_ai",
    "pydantic-ai-slim": "pydantic_ai",
    "pymilvus": "pymilvus",
    "qdrant-client": "qdrant_client",
    "replicate": "replicate",
    "smolagents": "smolagents",
    "together": "together",
    "transformers": "transformers",
    "voyageai": "voyageai",
    "weaviate-client": "weaviate",
    "writer-sdk": "writerai",
}

# By the columns they fill right in recorded traffic (docs/dialects.md); the last one sends message content only
# when an environment variable asks for it.
PREFERENCE = ("builtin", "openllmetry", "openinference", "otel")

_OF_OPENTELEMETRY = frozenset(
    {
        "opentelemetry-instrumentation-google-genai",
        "opentelemetry-instrumentation-openai-agents-v2",
        "opentelemetry-instrumentation-openai-v2",
    }
)


def family_of(distribution: str) -> str:
    """Whose instrumentation it is; the distribution's own name when it is none of those in `PREFERENCE`."""
    if distribution.startswith("openinference-"):
        return "openinference"
    if distribution.startswith("opentelemetry-instrumentation-genai-") or distribution in _OF_OPENTELEMETRY:
        return "otel"
    if distribution.startswith("opentelemetry-instrumentation-"):
        return "openllmetry"
    return "builtin" if distribution == "spanglass" else distribution
