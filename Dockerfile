# The dashboard on the shipped artifacts: no TensorFlow inside, nothing fetched when it runs.
# docker run -p 127.0.0.1:8501:8501 IMAGE; the browser opens http://localhost:8501. Under another name, say which:
# -e STREAMLIT_SERVER_ALLOWED_HOSTS=studio.example, behind a proxy that knows who may come (SECURITY.md).
# Each RUN step works outside Docker too, from a clone's folder with its own virtual environment on the path.
FROM python:3.11-slim

WORKDIR /studio
COPY requirements.txt ./
# The first block of requirements.txt is all that the dashboard needs.
RUN sed '/^# The backend/,$d' requirements.txt > dashboard.txt && pip install --no-cache-dir -r dashboard.txt

COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY trecx/ trecx/
COPY app/ app/
COPY data/ data/
COPY artifacts/ artifacts/
# Editable: the library finds data/ and artifacts/ beside itself.
RUN pip install --no-cache-dir --no-deps -e .

# What is kept from the dashboard lands in artifacts/: mount a volume there to keep it beyond the container.
RUN useradd --create-home studio && chown -R studio artifacts
USER studio
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app/server.py", "--server.address", "0.0.0.0", "--server.headless", "true"]
