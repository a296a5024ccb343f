"""How long a call to AWS may take. Apart from the clients, because importing boto3 costs a cold start."""

CONNECT_SECONDS = 1
READ_SECONDS = 4
ATTEMPTS = 3
