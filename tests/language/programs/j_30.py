async def inner():
    raise ValueError("async")
async def main():
    await inner()
main().send(None)
