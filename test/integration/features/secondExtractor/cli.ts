import './register'
import '../../../../src/main/cli'
