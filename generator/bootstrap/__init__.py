"""What an account needs before the first deploy: roles, and API Gateway's account role."""
