import './register'
import '../../../../src/main/training/training.worker'
